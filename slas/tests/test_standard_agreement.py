"""The command `standard_agreement` (interfaces.md)."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from slas.models import Agreement, FrozenTerms, Signature, Version
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.tests.factories import mia, mona, sam
from smarketing.now import this_second

pytestmark = pytest.mark.django_db

OLIST = ("olist", "--timezone", "America/Sao_Paulo", "--from", "2017-06-01")


def run(*options: str) -> str:
    out = StringIO()
    call_command("standard_agreement", *options, stdout=out)
    return out.getvalue()


def terms(slug="olist"):
    return Agreement.objects.get(slug=slug).versions.get().terms()


def test_the_standard_content():
    assert run(*OLIST).startswith("The agreement olist is recorded: in force from 2017-06-01")
    said = terms()
    promises = {one.metric: (one.side, one.at_least, one.value, one.period) for one in said.commitments}
    assert promises == {
        "mqls": ("marketing", True, Decimal(20), "month"),
        "customers": ("sales", True, Decimal(5), "month"),
        "speed_met_share": ("sales", True, Decimal("0.9"), "month"),
    }
    (window,) = said.windows
    assert (window.name, window.match, window.terms.depth) == ("All leads", None, None)
    assert (window.terms.window_seconds, window.terms.hours, window.terms.counts) == (
        172800,
        "business",
        "attempt",
    )
    assert (window.terms.acceptance_seconds, window.terms.warn_share) == (86400, Decimal("0.75"))
    assert (said.tz, said.starts_on, said.ends_on) == ("America/Sao_Paulo", date(2017, 6, 1), None)
    assert not said.calendar.holidays
    assert {one.stage for one in said.definitions} >= {"lead", "mql", "sql", "customer"}


def test_it_is_signed_in_force_and_takes_only_leads_by_name():
    run(*OLIST)
    agreement = Agreement.objects.get()
    assert agreement.versions.get().terms().by_name_only
    assert agreement.version_at(datetime(2017, 6, 1, 3, tzinfo=UTC)).number == 1
    assert agreement.version_at(datetime(2017, 6, 1, 2, 59, 59, tzinfo=UTC)) is None
    assert this_second() >= agreement.nights_due_from > datetime(2020, 1, 1, tzinfo=UTC)
    signers = {one.side: one.user for one in Signature.objects.select_related("user")}
    assert (signers["marketing"].email, signers["sales"].email) == ("mona@demo.example", "sam@demo.example")
    assert all(user.role == Role.MANAGER and not user.has_usable_password() for user in signers.values())


def test_all_options():
    run(
        *("shop", "--timezone", "Europe/Berlin", "--from", "2026-01-01", "--to", "2026-12-31"),
        *("--week", "mon-thu 09:00-12:00 13:00-17:00; fri 22:00-02:00", "--holidays", "de-by"),
        *("--closed", "2026-12-23", "2026-12-28", "--closed", "2026-07-01", "--handoff", "sql"),
        *("--window-hours", "0.5", "--elapsed", "--counts", "connection"),
        *("--signed-by", "ulla@shop.example", "omar@shop.example"),
    )
    said = terms("shop")
    assert (said.ends_on, said.handoff_stage) == (date(2026, 12, 31), "sql")
    assert said.calendar.as_data()["week"]["sat"] == [["00:00", "02:00"]]
    closed = {date(2026, 12, 23), date(2026, 12, 28), date(2026, 7, 1)}
    assert closed | {date(2026, 6, 4)} <= said.calendar.holidays  # Corpus Christi, in Bavaria
    window = said.windows[0].terms
    assert (window.window_seconds, window.hours, window.counts) == (1800, "elapsed", "connection")
    assert Version.objects.get().ended_at == datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert User.objects.get(email="omar@shop.example").side == Side.SALES


def test_the_same_once_more_changes_nothing():
    run(*OLIST)
    before = [list(model.objects.values()) for model in (Agreement, Version, FrozenTerms, Signature, User)]
    assert "is there already, nothing was changed" in run(*OLIST)
    after = [list(model.objects.values()) for model in (Agreement, Version, FrozenTerms, Signature, User)]
    assert after == before


@pytest.mark.parametrize(
    "other",
    [
        ("--window-hours", "24"),
        ("--elapsed",),
        ("--holidays", "BR"),
        ("--closed", "2018-01-02"),
        ("--to", "2018-12-31"),
        ("--week", "mon-sat 09:00-17:00"),
        ("--handoff", "sql"),
        ("--timezone", "UTC"),
        ("--from", "2017-06-02"),
        ("--signed-by", "mona@demo.example", "sven@demo.example"),
    ],
)
def test_the_same_name_with_other_terms_is_refused(other):
    run(*OLIST)
    frozen = FrozenTerms.objects.get().digest
    with pytest.raises(
        CommandError, match="There is an agreement “olist” already, with other terms"
    ) as error:
        run(*OLIST, *other)
    assert error.value.returncode == 2
    assert FrozenTerms.objects.get().digest == frozen
    assert User.objects.count() == 2


def test_json():
    made = json.loads(run(*OLIST, "--json"))
    assert made["created"] is True
    assert made["in_force_at"] == "2017-06-01T03:00:00Z"
    assert made["sha256"] == FrozenTerms.objects.get().digest
    assert json.loads(run(*OLIST, "--json")) == made | {"created": False}


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (
            ("x", "--timezone", "Europe/Kopenhagen", "--from", "2026-01-01"),
            "'Europe/Kopenhagen' is no time zone",
        ),
        (("x", "--timezone", "UTC", "--from", "2026-02-30"), "“2026-02-30” is no date"),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--to", "2026-01-31"), "comes before --from"),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--to", "2036-02-01"), "longer than 10 years"),
        (
            ("x", "--timezone", "UTC", "--from", "2026-02-01", "--holidays", "XX"),
            "No public holidays are known",
        ),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--holidays", "Denmark"), "names no country"),
        (
            ("x", "--timezone", "UTC", "--from", "2026-02-01", "--holidays", "DE-XX"),
            "“XX” is no region of DE",
        ),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--closed", "soon"), "“soon” is no date"),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--week", "mon 9"), "is neither a day nor hours"),
        (
            ("x", "--timezone", "UTC", "--from", "2026-02-01", "--week", "mon 08:00-12:00 11:00-15:00"),
            "overlap",
        ),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--window-hours", "0"), "“0” is no window"),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--window-hours", "-3"), "is no window"),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--window-hours", "1e99"), "is no window"),
        (("x", "--timezone", "UTC", "--from", "2026-02-01", "--window-hours", "NaN"), "is no window"),
        (("X y", "--timezone", "UTC", "--from", "2026-02-01"), "'X y' is no slug"),
        (("x" * 81, "--timezone", "UTC", "--from", "2026-02-01"), "longer than 80 letters"),
        (("x", "--timezone", "UTC", "--from", "0001-01-01"), "outside the years"),
        (
            ("x", "--timezone", "UTC", "--from", "2026-02-01", "--signed-by", "no", "s@x.example"),
            "“no” is no person",
        ),
        (
            ("x", "--timezone", "UTC", "--from", "2026-02-01", "--signed-by", "a@x.example", "a@x.example"),
            "a@x.example can't sign for Sales",
        ),
        (("x", "--timezone", "UTC"), "--from"),
    ],
)
def test_wrong_usage_is_one_sentence_and_stores_nothing(options, sentence):
    with pytest.raises(CommandError, match=sentence) as error:
        run(*options)
    assert error.value.returncode in (1, 2)  # argparse's own errors leave with 2 on the command line
    assert not Agreement.objects.exists()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (sam, mona, "sam@nordvik.example can't sign for Marketing"),
        (mona, mia, "mia@nordvik.example can't sign for Sales"),
        (mia, sam, "mia@nordvik.example can't sign for Marketing"),
    ],
)
def test_people_of_the_wrong_side_or_role_sign_nothing(first, second, sentence):
    emails = (first().email, second().email)
    with pytest.raises(CommandError, match=sentence) as error:
        run(*OLIST, "--signed-by", *emails)
    assert error.value.returncode == 2
    assert not Agreement.objects.exists()


def test_an_existing_manager_signs_as_who_they_are():
    mona(email="Mona@Demo.example", name="Mona Lindqvist")
    run(*OLIST)
    assert Signature.objects.get(side="marketing").name == "Mona Lindqvist"
