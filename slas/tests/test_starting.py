"""Starting an agreement: its name and address, what from, and who may; the order of agreements."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from slas.forms.starting import next_first
from slas.models import Agreement, Version
from slas.services.content import read_content, terms_of
from slas.services.drafting import create_agreement
from slas.services.ordering import move
from slas.services.public_holidays import country_of_zone
from slas.services.refusal import Refused
from slas.services.starting import Start, slug_of, start_agreement, start_version
from slas.services.templates import TEMPLATES
from slas.tests.factories import sales_manager, signed_agreement
from slas.tests.test_at_once import at_once
from smarketing.accounts.tests.factories import mona, rita, sam, vic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _scene(time_machine):
    time_machine.move_to(NOW, tick=False)


def start(**values) -> Start:
    defaults = {"time_zone": "Europe/Copenhagen", "starts_on": date(2026, 12, 1), "currency": "EUR"}
    return Start(**(defaults | values))


def body(**values) -> dict[str, str]:
    defaults = {"name": "Inbound Nordics", "slug": "", "time_zone": "Europe/Oslo", "starts_on": "2026-12-01"}
    return defaults | {"currency": "nok", "origin": "inbound", "copy_of": ""} | values


# --- The page --------------------------------------------------------------------------------


def test_a_manager_starts_an_agreement_and_lands_in_its_editor(client):
    client.force_login(mona())
    page = client.get(reverse("agreement_new"))
    assert page.status_code == 200
    for one in TEMPLATES.values():
        assert one.promises in page.content.decode()
    answer = client.post(reverse("agreement_new"), body())
    assert answer["Location"] == reverse("version_edit", args=["inbound-nordics", 1])
    version = Version.objects.get()
    assert (version.agreement.name, version.currency, version.starts_on) == (
        "Inbound Nordics",
        "NOK",
        date(2026, 12, 1),
    )
    assert (version.working_time.time_zone, version.working_time.holiday_country) == ("Europe/Oslo", "NO")
    assert version.commitments.count() == 6


def test_what_is_there_can_be_copied_in_another_zone_and_currency(client):
    other = signed_agreement("inbound", window={"window_seconds": 3 * 3600}, currency="SEK")
    source = other.versions.get()
    client.force_login(sales_manager())
    client.post(reverse("agreement_new"), body(name="South", origin="copy", copy_of=str(source.pk)))
    made = Version.objects.get(agreement__slug="south")
    assert made.windows.get().window_seconds == 3 * 3600
    assert (made.currency, made.working_time.time_zone) == ("NOK", "Europe/Oslo")
    assert made.starts_on == date(2026, 12, 1)
    source.refresh_from_db()
    assert (source.currency, source.status) == ("SEK", "signed")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": ""}, "Give the agreement a name"),
        ({"name": "   "}, "Give the agreement a name"),
        ({"name": "x" * 201}, "The name has 201 letters. Shorten it to 200."),
        ({"name": "Продажи"}, "No address can be made from this name."),
        ({"name": "New"}, "“new” is the address of another page."),
        ({"name": "Taken"}, "There is an agreement under “taken” already. Choose another address."),
        ({"slug": "Nordics!"}, "“Nordics!” is no address. Use small letters"),
        ({"slug": "a--b"}, "“a--b” is no address."),
        ({"slug": "x" * 81}, "The address has 81 letters. Shorten it to 80."),
        ({"time_zone": "Mars/Crater"}, "“Mars/Crater” is no time zone."),
        ({"starts_on": ""}, "Choose the day on which it starts."),
        ({"starts_on": "soon"}, "This is no date."),
        ({"starts_on": "2026-11-19"}, "starts on 19 November 2026, which is past."),
        ({"starts_on": "9999-12-31"}, "The year 9999 can’t be."),
        ({"starts_on": "0001-01-01"}, "The year 1 can’t be."),
        ({"currency": ""}, "Enter the currency that money is promised in"),
        ({"currency": "EU"}, "“EU” is no currency."),
        ({"currency": "€€€"}, "“€€€” is no currency."),
        ({"currency": "EURO"}, "A currency has three letters"),
        ({"origin": ""}, "Choose what to start from."),
        ({"origin": "barter"}, "“barter” is nothing to start from."),
        ({"origin": "copy"}, "Choose which version to copy."),
        ({"origin": "copy", "copy_of": "999999"}, "This version is not there any more."),
        ({"origin": "copy", "copy_of": "x"}, "This version is not there any more."),
    ],
)
def test_bad_input_is_answered_with_a_sentence_and_nothing_is_stored(client, change, sentence):
    create_agreement("taken", "Taken", now=NOW)
    client.force_login(mona())
    answer = client.post(reverse("agreement_new"), body(**change))
    assert answer.status_code == 422
    assert sentence in answer.content.decode().replace("&#x27;", "'")
    assert Agreement.objects.count() == 1
    assert not Version.objects.exists()


@pytest.mark.parametrize("person", [rita, vic])
def test_others_see_why_they_may_not(client, person):
    client.force_login(person())
    for answer in (client.get(reverse("agreement_new")), client.post(reverse("agreement_new"), body())):
        assert answer.status_code == 403
        assert "Only managers of Marketing and Sales start an agreement." in answer.content.decode()
    assert not Agreement.objects.exists()


def test_a_second_click_starts_nothing_twice():
    by = mona()
    first = start_agreement("Nordics", "nordics", start(), by=by, now=NOW)
    assert start_agreement("Nordics", "nordics", start(), by=by, now=NOW + timedelta(seconds=1)) == first
    with pytest.raises(Refused, match="already"):
        start_agreement("Nordics", "nordics", start(), by=by, now=NOW + timedelta(minutes=3))
    with pytest.raises(Refused, match="already"):
        start_agreement("Nordics", "nordics", start(), by=sam(), now=NOW)
    assert Version.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_start_one_at_once_make_one_agreement():
    by, other = mona(), sam()
    found = at_once(
        lambda: start_agreement("Nordics", "nordics", start(), by=by, now=NOW),
        lambda: start_agreement("Nordics", "nordics", start(), by=other, now=NOW),
    )
    assert sorted(type(one).__name__ for one in found) in (["Refused", "Version"], ["Version", "Wrong"])
    assert (Agreement.objects.count(), Version.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Inbound Nordics", "inbound-nordics"),
        ("  Køln & Århus: “B2B”  ", "koeln-and-aarhus-b2b"),
        ("Crème brûlée", "creme-brulee"),
        ("Sam's leads", "sams-leads"),
        ("Продажи", ""),
        ("x" * 200, "x" * 80),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_an_address_is_made_from_the_name(name, slug):
    assert slug_of(name) == slug


def test_the_address_is_shown_while_the_name_is_typed(client):
    create_agreement("taken", "Taken", now=NOW)
    client.force_login(mona())
    said = [
        client.get(reverse("agreement_address"), query).content.decode()
        for query in ({}, {"name": "North & South"}, {"name": "Taken"}, {"name": "Taken", "slug": "other"})
    ]
    assert "made from the name" in said[0]
    assert "/slas/north-and-south/" in said[1]
    assert "There is an agreement under “taken” already." in said[2]
    assert "/slas/other/" in said[3]


def test_it_starts_by_default_on_the_first_of_the_next_month():
    assert next_first(date(2026, 11, 22)) == date(2026, 12, 1)
    assert next_first(date(2026, 12, 31)) == date(2027, 1, 1)
    assert next_first(date(2027, 1, 31)) == date(2027, 2, 1)


def test_public_holidays_follow_the_zone():
    assert [country_of_zone(zone) for zone in ("Europe/Copenhagen", "America/Sao_Paulo")] == ["DK", "BR"]
    assert [country_of_zone(zone) for zone in ("UTC", "Etc/GMT+3", "Mars/Crater")] == ["", "", ""]


@pytest.mark.parametrize("key", TEMPLATES)
def test_what_was_started_reads_the_same_whoever_starts_it(key):
    template = TEMPLATES[key]
    first = start_agreement("One", "one", start(template=template), by=mona(), now=NOW)
    second = start_agreement("One", "two", start(template=template), by=sam(), now=NOW)
    data = [terms_of(one, read_content(one)).as_data() | {"agreement": ""} for one in (first, second)]
    assert data[0] == data[1]


# --- An agreement without a version ----------------------------------------------------------


def test_an_agreement_without_a_version_says_so_and_lets_managers_start_it(client):
    create_agreement("partners", "Partners", now=NOW)
    address = reverse("agreement", args=["partners"])
    client.force_login(rita())
    page = client.get(address).content.decode()
    assert "It says nothing yet" in page
    assert reverse("agreement_start", args=["partners"]) not in page
    client.force_login(mona())
    assert reverse("agreement_start", args=["partners"]) in client.get(address).content.decode()
    answer = client.post(reverse("agreement_start", args=["partners"]), body(origin="blank"))
    assert answer["Location"] == reverse("version_edit", args=["partners", 1])
    again = client.post(reverse("agreement_start", args=["partners"]), body(origin="blank"))
    assert again["Location"] == address
    assert Version.objects.count() == 1


def test_a_first_draft_is_refused_where_a_version_is_there():
    agreement = create_agreement("partners", "Partners", now=NOW)
    by = mona()
    start_version(agreement, start(), by=by, now=NOW)
    with pytest.raises(Refused, match="Partners has a version already"):
        start_version(agreement, start(), by=by, now=NOW)
    with pytest.raises(Refused, match="Only managers"):
        start_version(create_agreement("more", "More", now=NOW), start(), by=rita(), now=NOW)


# --- The order -------------------------------------------------------------------------------


def agreements(*slugs: str) -> list[Agreement]:
    return [create_agreement(slug, slug.capitalize(), now=NOW) for slug in slugs]


def order() -> list[tuple[int, str]]:
    return list(Agreement.objects.values_list("position", "slug"))


def test_an_agreement_is_moved_above_or_below_another():
    _a, b, c = agreements("a", "b", "c")
    by = mona()
    assert move(c, by=by, above="b")
    assert order() == [(0, "a"), (1, "c"), (2, "b")]
    assert not move(c, by=by, above="b")  # a second click
    assert move(c, by=by, below="b")
    assert order() == [(0, "a"), (1, "b"), (2, "c")]
    assert move(b, by=by, above="a")
    assert order() == [(0, "b"), (1, "a"), (2, "c")]


def test_gaps_and_ties_of_old_positions_become_dense():
    for one, position in zip(agreements("a", "b", "c"), (7, 7, 3), strict=True):
        Agreement.objects.filter(pk=one.pk).update(position=position)
    move(Agreement.objects.get(slug="b"), by=mona(), above="a")
    assert order() == [(0, "c"), (1, "b"), (2, "a")]


@pytest.mark.parametrize("beside", [{"above": "gone"}, {"below": ""}, {}, {"above": "a"}])
def test_a_move_beside_nothing_or_itself_is_refused(beside):
    agreements("a", "b")
    with pytest.raises(Refused, match="not there any more"):
        move(Agreement.objects.get(slug="a"), by=mona(), **beside)
    assert order() == [(0, "a"), (1, "b")]


def test_only_managers_move(client):
    agreements("a", "b")
    rep = rita()
    client.force_login(rep)
    answer = client.post(reverse("agreement_move", args=["b"]), {"above": "a"})
    assert answer.status_code == 403
    with pytest.raises(Refused, match="Only managers"):
        move(Agreement.objects.get(slug="b"), by=rep, above="a")
    assert order() == [(0, "a"), (1, "b")]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_who_move_at_once_leave_a_whole_order(attempt):
    a, _b, c, d = agreements("a", "b", "c", "d")
    by, other = mona(), sam()
    found = at_once(
        lambda: move(d, by=by, above="a"),
        lambda: move(c, by=other, above="b"),
        lambda: move(a, by=by, below="b"),
    )
    assert not [one for one in found if isinstance(one, BaseException)]
    assert [position for position, _ in order()] == [0, 1, 2, 3]
    assert {slug for _, slug in order()} == {"a", "b", "c", "d"}


# --- The list --------------------------------------------------------------------------------


def scope(*countries: str) -> dict:
    return {"all": [{"field": "country", "op": "in", "value": list(countries)}]}


def listed(client) -> dict[str, dict]:
    return {row["agreement"].slug: row for row in client.get(reverse("agreement_list")).context["rows"]}


def test_the_list_says_which_scope_each_has_and_which_hides_another(client):
    signed_agreement("nordics", scope=scope("Denmark", "Sweden"))
    signed_agreement("denmark", scope=scope("Denmark"))
    signed_agreement("named", by_name_only=True)
    signed_agreement("rest")
    signed_agreement("late", scope=scope("Norway"))
    client.force_login(vic())
    rows = listed(client)
    assert rows["nordics"]["scope"] == ["It is for every lead that is in Denmark or Sweden."]
    assert rows["rest"]["scope"] == ["It is for every lead that no agreement before it takes."]
    assert rows["named"]["scope"] == ["It takes only leads that are given to it by name."]
    assert {slug: bool(row["trouble"]) for slug, row in rows.items()} == {
        "nordics": False,
        "denmark": True,
        "named": False,
        "rest": False,
        "late": True,
    }
    assert rows["denmark"]["trouble"] == (
        "It never gets a lead by its scope: Nordics, before it, takes all of them. Move it up, or narrow the "
        "scope of Nordics."
    )
    assert "Rest, before it" in rows["late"]["trouble"]


def test_a_draft_is_told_what_it_would_not_get_and_hides_nothing(client):
    by = mona()
    start_agreement("First", "first", start(), by=by, now=NOW)
    signed_agreement("second", scope=scope("Denmark"))
    start_agreement("Third", "third", start(template=TEMPLATES["enterprise"]), by=by, now=NOW)
    Version.objects.filter(agreement__slug="third").update(scope=scope("Denmark"))
    client.force_login(by)
    rows = listed(client)
    assert rows["second"]["trouble"] == ""
    assert rows["third"]["trouble"].startswith("It would never get a lead by its scope: Second")


def test_a_scope_that_nothing_can_match_is_said(client):
    none = {"all": [*scope("Denmark")["all"], {"field": "country", "op": "unknown", "value": None}]}
    signed_agreement("nobody", scope=none)
    client.force_login(vic())
    assert "No lead can match" in listed(client)["nobody"]["trouble"]


def test_the_list_costs_the_same_for_3_and_30(client):
    counts = []
    client.force_login(mona())
    for number in (3, 27):
        for place in range(number):
            signed_agreement(f"a{number}-{place}", scope=scope(f"Land {number}-{place}"))
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("agreement_list")).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1]


def test_an_empty_list_says_how_to_begin(client):
    client.force_login(vic())
    assert "starts the first one" in client.get(reverse("agreement_list")).content.decode()
    client.force_login(mona())
    assert reverse("agreement_new") in client.get(reverse("agreement_list")).content.decode()
