"""Drafting, proposing, signing, ending: who may, what is refused, and when a version is in force."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from slas.models import FrozenTerms, Signature, Step, Version
from slas.rules.terms import AgreementTerms
from slas.services.closures import add_closure
from slas.services.content import write_content
from slas.services.drafting import create_agreement, draft_version, write_draft
from slas.services.proposing import decline, freeze, offer, propose, withdraw
from slas.services.refusal import Refused
from slas.services.signing import end_early, sign
from slas.services.verification import verify
from slas.tests.factories import draft_content, signed_agreement, signed_version
from smarketing.accounts.models import Role, Side
from smarketing.accounts.tests.factories import UserFactory, mia, mona, rita, sam, vic
from smarketing.triggers import lifted

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def people():
    return {person.name.split()[0].lower(): person for person in (mona(), sam(), mia(), rita(), vic())}


@pytest.fixture
def agreement(people):
    return create_agreement("inbound", "Inbound Nordics", now=NOW)


def draft(agreement, *, starts_on=date(2026, 4, 1), **overrides) -> Version:
    fields = {name: overrides.pop(name) for name in ("ends_on", "review_on") if name in overrides}
    return write_draft(agreement, draft_content(**overrides), now=NOW, starts_on=starts_on, **fields)


def signed_by_both(version, people, now=NOW) -> Version:
    sign(version, people["mona"], Side.MARKETING, now=now)
    sign(version, people["sam"], Side.SALES, now=now)
    version.refresh_from_db()
    return version


# --- Who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "side", "may"),
    [
        ("mona", "marketing", True),
        ("mona", "sales", False),
        ("sam", "sales", True),
        ("sam", "marketing", False),
        ("mia", "marketing", False),
        ("rita", "sales", False),
        ("vic", "marketing", False),
        ("vic", "sales", False),
    ],
)
def test_only_managers_sign_and_decline_for_their_own_side(agreement, people, who, side, may):
    version = propose(draft(agreement), people["mona"], NOW)
    if may:
        assert sign(version, people[who], side, now=NOW, address="10.0.0.7").name == people[who].name
        return
    with pytest.raises(Refused, match=f"Only a manager of {Side(side).label} can sign"):
        sign(version, people[who], side, now=NOW)
    with pytest.raises(Refused, match=f"Only a manager of {Side(side).label} can decline"):
        decline(version, people[who], side, NOW, reason="no")
    assert not Signature.objects.exists()


def test_an_administrator_and_an_inactive_manager_sign_nothing(agreement, people):
    version = propose(draft(agreement), people["mona"], NOW)
    people["vic"].is_administrator = True
    people["sam"].is_active = False
    for who in ("vic", "sam"):
        with pytest.raises(Refused):
            sign(version, people[who], Side.SALES, now=NOW)


@pytest.mark.parametrize("who", ["mia", "rita", "vic"])
def test_only_managers_draft_propose_and_withdraw(agreement, people, who):
    version = draft(agreement)
    for action in (
        lambda: draft_version(agreement, by=people[who], now=NOW),
        lambda: propose(version, people[who], NOW),
        lambda: withdraw(version, people[who], NOW),
    ):
        with pytest.raises(Refused, match="Only managers"):
            action()
    assert Version.objects.get().status == Version.Status.DRAFT


# --- Two signatures --------------------------------------------------------------------------


def test_one_signature_is_not_enough_and_both_put_it_in_force(agreement, people):
    version = propose(draft(agreement), people["mona"], NOW)
    sign(version, people["mona"], Side.MARKETING, now=NOW)
    version.refresh_from_db()
    assert (version.status, version.in_force_at) == ("proposed", None)
    sign(version, people["sam"], Side.SALES, now=NOW + timedelta(hours=1), address="10.20.4.52")
    version.refresh_from_db()
    assert (version.status, version.in_force_at) == ("signed", datetime(2026, 3, 31, 22, tzinfo=UTC))
    first, second = version.signatures.all()
    assert first.digest == second.digest == version.frozen.digest
    assert (second.name, second.email, second.address) == ("Sam Okafor", people["sam"].email, "10.20.4.52")


def test_signing_twice_is_signing_once(agreement, people):
    version = propose(draft(agreement), people["mona"], NOW)
    first = sign(version, people["mona"], Side.MARKETING, now=NOW)
    again = sign(version, people["mona"], Side.MARKETING, now=NOW + timedelta(hours=1))
    assert (again.pk, again.signed_at) == (first.pk, NOW)
    signed_by_both(version, people)
    assert sign(version, people["sam"], Side.SALES, now=NOW).digest == first.digest
    assert Signature.objects.count() == 2


def test_a_side_signs_once_whoever_signs(agreement, people):
    version = propose(draft(agreement), people["mona"], NOW)
    sign(version, people["mona"], Side.MARKETING, now=NOW)
    other = UserFactory(name="Ulla Berg", side=Side.MARKETING, role=Role.MANAGER)
    with pytest.raises(Refused, match="Mona Lind has signed Version 1 of Inbound Nordics for Marketing"):
        sign(version, other, Side.MARKETING, now=NOW)


def test_one_person_does_not_sign_for_both_sides(agreement, people):
    version = propose(draft(agreement), people["mona"], NOW)
    sign(version, people["mona"], Side.MARKETING, now=NOW)
    people["mona"].side = Side.SALES  # she changed sides in between
    people["mona"].save(update_fields=["side"])
    with pytest.raises(Refused, match="Mona Lind has signed Version 1 of Inbound Nordics already"):
        sign(version, people["mona"], Side.SALES, now=NOW)


@pytest.mark.parametrize("status", ["draft", "declined", "withdrawn"])
def test_only_a_proposal_is_signed(agreement, people, status):
    version = draft(agreement)
    if status == "withdrawn":
        withdraw(version, people["sam"], NOW)
    if status == "declined":
        decline(propose(version, people["mona"], NOW), people["sam"], Side.SALES, NOW, reason="too many")
    with pytest.raises(Refused, match=f"is {status}, so it can't be signed now"):
        sign(version, people["mona"], Side.MARKETING, now=NOW)


# --- Proposing -------------------------------------------------------------------------------


def test_proposing_freezes_once_and_a_second_click_changes_nothing(agreement, people):
    version = draft(agreement, country="DK")
    propose(version, people["mona"], NOW)
    frozen = FrozenTerms.objects.get()
    propose(version, people["sam"], NOW + timedelta(minutes=1))
    freeze(version, NOW + timedelta(minutes=1))
    assert FrozenTerms.objects.get().frozen_at == frozen.frozen_at == NOW
    assert [step.kind for step in Step.objects.all()] == ["drafted", "proposed"]


@pytest.mark.parametrize(
    ("starts_on", "zone", "sentence"),
    [
        (date(2026, 3, 9), "Europe/Copenhagen", "9 March 2026, which is past"),
        (date(2026, 3, 10), "Europe/Copenhagen", None),  # today is not past
        (date(2026, 3, 10), "Pacific/Auckland", "10 March 2026, which is past"),  # there it is the 11th
        (date(2026, 3, 11), "Pacific/Auckland", None),
        (date(2026, 3, 10), "America/New_York", None),
    ],
)
def test_a_version_never_starts_on_a_past_date(agreement, people, starts_on, zone, sentence):
    version = draft(agreement, starts_on=starts_on, time_zone=zone)
    if sentence is None:
        assert propose(version, people["mona"], NOW).status == "proposed"
        return
    with pytest.raises(Refused, match=sentence):
        propose(version, people["mona"], NOW)
    assert not FrozenTerms.objects.exists()


def test_a_start_that_passed_while_waiting_is_not_signed(agreement, people):
    version = propose(draft(agreement), people["mona"], NOW)
    sign(version, people["mona"], Side.MARKETING, now=NOW)
    with pytest.raises(Refused, match="1 April 2026, which is past"):
        sign(version, people["sam"], Side.SALES, now=datetime(2026, 4, 1, 22, tzinfo=UTC))
    assert Version.objects.get().status == "proposed"


@pytest.mark.parametrize(
    ("overrides", "sentence"),
    [
        ({"windows": []}, "has no follow-up window"),
        ({"commitments": []}, "has no promise of Marketing"),
        ({"commitments": [{"metric": "mqls", "side": "marketing", "value": 5}]}, "has no promise of Sales"),
        ({"week": {}}, "The week has no opening"),
        ({"week": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, "overlap"),
        ({"country": "XX"}, "No public holidays are known for “XX”"),
        ({"country": "DE", "region": "ZZ"}, "“ZZ” is no region of DE"),
        ({"time_zone": "Europe/Kopenhagen"}, "is no time zone"),
        ({"ends_on": date(2036, 4, 1)}, "longer than 10 years"),
        ({"review_on": date(2026, 3, 1)}, "review comes before the start"),
        (
            {
                "commitments": [
                    {"metric": "mqls", "side": "marketing", "value": 5},
                    {"metric": "speed_met_share", "side": "sales", "value": 90},
                ]
            },
            "Give a share from 0 to 1",
        ),
    ],
)
def test_a_text_that_is_not_whole_is_not_proposed(agreement, people, overrides, sentence):
    version = draft(agreement, **overrides)
    with pytest.raises(Refused, match=sentence):
        propose(version, people["mona"], NOW)
    assert not FrozenTerms.objects.exists()
    assert Version.objects.get().status == "draft"


def test_a_declined_proposal_stays_as_history_and_another_can_be_drafted(agreement, people):
    first = propose(draft(agreement), people["mona"], NOW)
    sign(first, people["mona"], Side.MARKETING, now=NOW)
    with pytest.raises(Refused, match="Say why"):
        decline(first, people["sam"], Side.SALES, NOW, reason=" ")
    decline(first, people["sam"], Side.SALES, NOW, reason="We can't call that many.")
    decline(first, people["sam"], Side.SALES, NOW, reason="We can't call that many.")
    assert Step.objects.get(kind="declined").note == "We can't call that many."
    second = draft_version(agreement, by=people["sam"], now=NOW, copy_of=first, starts_on=date(2026, 4, 1))
    assert (second.number, second.status) == (2, "draft")
    signed_by_both(propose(second, people["sam"], NOW), people)
    assert FrozenTerms.objects.count() == 2


def test_one_text_at_a_time_is_on_its_way(agreement, people):
    draft(agreement)
    with pytest.raises(Refused, match="Version 1 of Inbound Nordics is not signed yet"):
        draft_version(agreement, by=people["mona"], now=NOW)
    withdraw(Version.objects.get(), people["mona"], NOW)
    assert draft_version(agreement, by=people["mona"], now=NOW).number == 2


def test_a_copy_says_the_same_and_is_independent(agreement, people):
    first = draft(agreement, country="DK", windows=[{"key": "hot", "name": "Hot"}, {}])
    signed_by_both(propose(first, people["mona"], NOW), people)
    copy = draft_version(agreement, by=people["mona"], now=NOW, copy_of=first, starts_on=date(2026, 5, 1))
    copy.windows.filter(key="hot").update(window_seconds=60)
    propose(copy, people["mona"], NOW)
    old, new = first.frozen.terms(), copy.frozen.terms()
    assert new.commitments == old.commitments
    assert {one.key: one.mirrors for one in new.commitments} == {
        "mqls": "speed",
        "speed": "mqls",
        "customers": "mqls",
    }
    assert (old.window("hot").terms.window_seconds, new.window("hot").terms.window_seconds) == (172800, 60)


def test_a_signed_version_is_neither_withdrawn_nor_declined_nor_proposed(agreement, people):
    version = signed_by_both(propose(draft(agreement), people["mona"], NOW), people)
    for action in (
        lambda: withdraw(version, people["mona"], NOW),
        lambda: decline(version, people["sam"], Side.SALES, NOW, reason="no"),
        lambda: propose(version, people["mona"], NOW),
    ):
        with pytest.raises(Refused, match="signed"):
            action()
    assert Version.objects.get().status == "signed"


# --- In force --------------------------------------------------------------------------------

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("zone", "starts_on", "instant"),
    [
        ("Europe/Copenhagen", date(2026, 6, 1), datetime(2026, 5, 31, 22, tzinfo=UTC)),
        (
            "Europe/Copenhagen",
            date(2026, 3, 29),
            datetime(2026, 3, 28, 23, tzinfo=UTC),
        ),  # DST begins that day
        ("Europe/Copenhagen", date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC)),  # and ends
        ("America/Sao_Paulo", date(2017, 10, 15), datetime(2017, 10, 15, 3, tzinfo=UTC)),  # has no 00:00
        ("Asia/Kathmandu", date(2026, 6, 1), datetime(2026, 5, 31, 18, 15, tzinfo=UTC)),
        ("Pacific/Auckland", date(2026, 6, 1), datetime(2026, 5, 31, 12, tzinfo=UTC)),
    ],
)
def test_the_next_version_supersedes_at_the_first_instant_of_its_day(zone, starts_on, instant):
    agreement = signed_agreement(starts_on=date(2017, 1, 1), time_zone=zone)
    signed_version(agreement, starts_on=starts_on, time_zone=zone)
    instants = (instant - SECOND, instant, instant + SECOND)
    assert [agreement.version_at(at).number for at in instants] == [1, 2, 2]
    versions = list(agreement.versions.all())
    assert [[one.number for one in versions if one.is_in_force(at)] for at in instants] == [[1], [2], [2]]
    assert agreement.versions.get(number=1).ended_at == instant


def test_the_new_version_starts_in_its_own_zone():
    agreement = signed_agreement(starts_on=date(2026, 1, 1), time_zone="Pacific/Auckland")
    signed_version(agreement, starts_on=date(2026, 6, 1), time_zone="America/New_York")
    instant = datetime(2026, 6, 1, 4, tzinfo=UTC)
    assert [agreement.version_at(at).number for at in (instant - SECOND, instant)] == [1, 2]


def test_nothing_is_in_force_before_the_start_or_after_the_end():
    agreement = signed_agreement(starts_on=date(2026, 1, 1), ends_on=date(2026, 3, 29))
    start, end = datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    found = [agreement.version_at(at) for at in (start - SECOND, start, end - SECOND, end)]
    assert [version and version.number for version in found] == [None, 1, 1, None]


def test_an_end_that_came_first_stays():
    agreement = signed_agreement(starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31))
    signed_version(agreement, starts_on=date(2026, 3, 1))
    assert agreement.versions.get(number=1).ended_at == datetime(2026, 1, 31, 23, tzinfo=UTC)


def test_a_version_that_starts_before_a_signed_one_is_refused(agreement, people):
    signed_by_both(propose(draft(agreement, starts_on=date(2026, 6, 1)), people["mona"], NOW), people)
    for starts_on in (date(2026, 5, 1), date(2026, 6, 1)):
        version = draft(agreement, starts_on=starts_on)
        with pytest.raises(Refused, match="Version 1 is signed and starts on 1 June 2026"):
            propose(version, people["mona"], NOW)
        offer(version, people["mona"], NOW)
        with pytest.raises(Refused, match="Version 1 is signed and starts on 1 June 2026"):
            sign(version, people["mona"], Side.MARKETING, now=NOW)
        withdraw(version, people["mona"], NOW)


# --- Ending early, closures ------------------------------------------------------------------


def both(people) -> dict:
    return {"marketing_manager": people["mona"], "sales_manager": people["sam"], "now": NOW}


def test_both_sides_end_it_early_once(people):
    version = signed_agreement(starts_on=date(2026, 1, 1)).versions.get()
    at = datetime(2026, 5, 1, 12, tzinfo=UTC)
    first = end_early(version, ends_at=at, note="merged with Outbound", **both(people))
    assert end_early(version, ends_at=at, **both(people)).pk == first.pk
    agreement = version.agreement
    assert [agreement.version_at(one) is None for one in (at - SECOND, at)] == [False, True]


@pytest.mark.parametrize(
    ("change", "ends_at", "sentence"),
    [
        ({}, NOW, "ends in the future"),
        ({}, datetime(2027, 1, 1, tzinfo=UTC), "ends before that anyway"),
        ({"sales_manager": "rita"}, datetime(2026, 5, 1, tzinfo=UTC), "Rita Sørensen is none"),
        ({"marketing_manager": "sam"}, datetime(2026, 5, 1, tzinfo=UTC), "Only a manager of Marketing"),
    ],
)
def test_an_early_end_that_is_none_is_refused(people, change, ends_at, sentence):
    version = signed_agreement(starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)).versions.get()
    who = both(people) | {key: people[name] for key, name in change.items()}
    with pytest.raises(Refused, match=sentence):
        end_early(version, ends_at=ends_at, **who)
    assert version.early_ends.count() == 0


def test_an_open_draft_is_withdrawn_and_not_ended(agreement, people):
    with pytest.raises(Refused, match="is not signed"):
        end_early(draft(agreement), ends_at=NOW + timedelta(days=1), **both(people))


def test_a_closure_is_confirmed_by_both_and_once_a_date(people):
    agreement = signed_agreement()
    first = add_closure(agreement, date(2026, 12, 23), note="stocktaking", **both(people))
    assert add_closure(agreement, date(2026, 12, 23), **both(people)).pk == first.pk
    assert (first.recorded_at, first.confirmed_by_sales) == (NOW, people["sam"])


@pytest.mark.parametrize(
    ("day", "change", "sentence"),
    [
        (date(2026, 3, 9), {}, "is past"),
        (date(2026, 3, 14), {}, "is closed already"),
        (date(2026, 12, 25), {}, "is closed already"),
        (date(2028, 1, 3), {}, "No version of Inbound is in force on 3 January 2028"),
        (date(2026, 3, 11), {"sales_manager": "mona"}, "Only a manager of Sales"),
    ],
)
def test_a_closure_that_closes_nothing_is_refused(people, day, change, sentence):
    agreement = signed_agreement(country="DK", ends_on=date(2027, 12, 31))
    with pytest.raises(Refused, match=sentence):
        add_closure(agreement, day, **(both(people) | {key: people[name] for key, name in change.items()}))
    assert not agreement.closures.exists()


# --- The frozen text -------------------------------------------------------------------------


def test_holidays_are_written_out_for_ten_years_of_an_open_term(agreement, people):
    version = draft(agreement, country="DK", closed=(date(2026, 12, 24),), holidays=(date(2026, 6, 5),))
    propose(version, people["mona"], NOW)
    days = version.frozen.terms().calendar.holidays
    assert {date(2026, 12, 24), date(2026, 6, 5), date(2026, 12, 25), date(2035, 12, 26)} <= days
    assert date(2026, 1, 1) not in days  # before the term
    assert max(days) <= date(2036, 3, 31)


def test_holidays_end_with_the_term(agreement, people):
    version = draft(agreement, country="DE", region="BY", ends_on=date(2026, 8, 14))
    propose(version, people["mona"], NOW)
    days = version.frozen.terms().calendar.holidays
    assert date(2026, 6, 4) in days  # Corpus Christi, in Bavaria
    assert max(days) < date(2026, 8, 15)


def test_the_frozen_text_reads_back_as_the_same_terms():
    agreement = signed_agreement(
        country="DK",
        special={"2026-12-24": [["09:00", "12:00"]]},
        windows=[
            {
                "key": "hot",
                "name": "Hot",
                "match": {"field": "source", "in": ["demo"]},
                "window_seconds": 3600,
            },
            {
                "depth_attempts": 5,
                "depth_days": 3,
                "depth_within_business_days": 10,
                "pause_cap_seconds": 57600,
            },
        ],
        currency="DKK",
        review_on=date(2026, 9, 1),
    )
    frozen = agreement.versions.get().frozen
    terms = AgreementTerms.from_canonical(frozen.canonical)
    assert terms.canonical() == frozen.canonical
    assert AgreementTerms.from_data(json.loads(frozen.canonical)).digest() == frozen.digest
    assert set(terms.made_with) == {"holidays", "tzdata"}
    assert frozen.terms() == terms


def test_the_hash_is_the_same_in_another_process(tmp_path):
    frozen = signed_agreement(country="DK").versions.get().frozen
    text = tmp_path / "terms.json"
    text.write_text(frozen.canonical, encoding="utf-8")
    code = (
        "import sys; from slas.rules.terms import AgreementTerms as T; "
        "print(T.from_canonical(open(sys.argv[1], encoding='utf-8').read()).digest())"
    )
    out = subprocess.run(
        [sys.executable, "-c", code, str(text)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env={"PYTHONHASHSEED": "7"},
    )
    assert out.stdout.strip() == frozen.digest


# --- Verification ----------------------------------------------------------------------------

ALTERED = [
    pytest.param(
        lambda version: FrozenTerms.objects.update(
            canonical=version.frozen.canonical.replace("172800", "60")
        ),
        "The stored text was altered",
        id="text",
    ),
    pytest.param(
        lambda version: FrozenTerms.objects.update(digest="0" * 64),
        "The stored text was altered",
        id="digest",
    ),
    pytest.param(
        lambda version: version.signatures.filter(side="sales").update(digest="0" * 64),
        "Sam Okafor signed another text",
        id="signature",
    ),
    pytest.param(
        lambda version: version.windows.update(window_seconds=60), "no longer says what was signed", id="row"
    ),
    pytest.param(
        lambda version: version.commitments.filter(key="mqls").update(value=1),
        "no longer says what was signed",
        id="promise",
    ),
    pytest.param(
        lambda version: version.agreement.versions.update(starts_on=date(2026, 1, 2)),
        "no longer says what was signed",
        id="start",
    ),
]


@pytest.mark.parametrize(("alter", "sentence"), ALTERED)
def test_an_altered_row_is_found(people, alter, sentence):
    version = signed_agreement(country="DK").versions.get()
    assert verify(version).is_intact
    with lifted():
        alter(version)
    found = verify(Version.objects.get())
    assert not found.is_intact
    assert sentence in " ".join(found.faults)


def test_content_is_written_once(agreement):
    version = draft(agreement)
    with pytest.raises(Exception, match=r"UNIQUE|unique|duplicate"):
        write_content(version, draft_content())
