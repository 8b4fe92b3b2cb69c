"""Closures and early ends: one side asks, the other answers; every other way is refused with a sentence."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from slas.models import Agreement, Amendment, Closure, EarlyEnd
from slas.services.amending import ask, confirm, decline, withdraw
from slas.services.refusal import Refused
from slas.tests.factories import signed_agreement, signed_version
from slas.tests.test_at_once import at_once
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.tests.factories import UserFactory, mona, rita, sam, vic
from smarketing.outbox.models import Mail

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)  # a Wednesday
FRIDAY = date(2026, 7, 17)
CLOSURE, EARLY_END = Amendment.Kind.CLOSURE, Amendment.Kind.EARLY_END
URL = "/slas/inbound/amendments/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def people():
    return {"mona": mona(), "sam": sam(), "rita": rita(), "vic": vic()}


@pytest.fixture
def agreement(people):
    return signed_agreement(name="Inbound Nordics", starts_on=date(2026, 1, 1), holidays=(date(2026, 7, 20),))


@pytest.fixture
def asked(agreement, people):
    return ask(agreement, CLOSURE, FRIDAY, by=people["sam"], now=NOW, note="No power.")


def text_of(answer) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


def told(what: str) -> list[str]:
    mails = Mail.objects.filter(key__startswith=f"amendment-{what}:").order_by("to_email")
    return [mail.to_email.split("@")[0] for mail in mails]


# --- Closures --------------------------------------------------------------------------------


def test_rule_12_a_closure_holds_once_both_sides_agreed(agreement, asked, people):
    assert not Closure.objects.exists()
    later = NOW + timedelta(hours=1)
    decided = confirm(asked, by=people["mona"], now=later)
    closure = Closure.objects.get()
    assert (closure.date, closure.recorded_at, closure.note) == (FRIDAY, later, "No power.")
    assert (closure.confirmed_by_marketing, closure.confirmed_by_sales) == (people["mona"], people["sam"])
    assert (decided.decision, decided.decided_by, decided.decided_at) == ("confirmed", people["mona"], later)


def test_the_other_side_is_asked_and_all_are_told(agreement, asked, people):
    UserFactory(side=Side.MARKETING, role=Role.MANAGER, email="ulla@nordvik.example")
    assert told("asked") == ["mona"]
    mail = Mail.objects.get(to=people["mona"])
    assert mail.subject == "Sam Okafor asks Marketing to close Friday 17 July 2026"
    assert "“No power.”" in mail.body_text
    assert "/slas/inbound/amendments/" in mail.body_html
    confirm(asked, by=people["mona"], now=NOW)
    assert told("confirmed") == ["mona", "rita", "sam", "ulla"]


def test_a_second_click_asks_and_confirms_nothing_twice(agreement, asked, people):
    assert ask(agreement, CLOSURE, FRIDAY, by=people["sam"], now=NOW) == asked
    first = confirm(asked, by=people["mona"], now=NOW)
    again = confirm(asked, by=people["mona"], now=NOW + timedelta(minutes=1))
    assert (again.pk, again.decided_at) == (first.pk, NOW)
    assert (Closure.objects.count(), Amendment.objects.count(), len(told("confirmed"))) == (1, 1, 3)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 7, 14), "14 July 2026 is past"),
        (date(2026, 7, 18), "18 July 2026 is closed already"),  # a Saturday
        (date(2026, 7, 20), "20 July 2026 is closed already"),  # a holiday
        (date(2025, 12, 31), "No version of Inbound Nordics is in force on 31 December 2025"),
    ],
)
def test_a_date_that_can_not_be_closed(agreement, people, day, sentence):
    with pytest.raises(Refused, match=sentence):
        ask(agreement, CLOSURE, day, by=people["sam"], now=NOW)
    assert not Amendment.objects.exists()
    assert not Mail.objects.exists()


def test_today_can_still_be_closed(agreement, people):
    assert ask(agreement, CLOSURE, date(2026, 7, 15), by=people["sam"], now=NOW).date == date(2026, 7, 15)


def test_a_closed_date_is_not_closed_again(agreement, asked, people):
    confirm(asked, by=people["mona"], now=NOW)
    with pytest.raises(Refused, match="17 July 2026 is closed already"):
        ask(agreement, CLOSURE, FRIDAY, by=people["mona"], now=NOW)


def test_both_sides_ask_for_the_same(agreement, asked, people):
    with pytest.raises(Refused, match="Sam Okafor of Sales asked to close Friday 17 July 2026 already"):
        ask(agreement, CLOSURE, FRIDAY, by=people["mona"], now=NOW)
    assert Amendment.objects.count() == 1


def test_the_own_side_does_not_confirm(agreement, asked, people):
    other = UserFactory(side=Side.SALES, role=Role.MANAGER)
    for person in (people["sam"], other, people["rita"], people["vic"]):
        with pytest.raises(Refused, match="Sam Okafor asked for it for Sales, so a manager of Marketing"):
            confirm(asked, by=person, now=NOW)
    assert not Closure.objects.exists()


@pytest.mark.parametrize("who", ["rita", "vic"])
def test_only_managers_ask(agreement, people, who):
    with pytest.raises(Refused, match="Only managers of Marketing and Sales ask for an amendment"):
        ask(agreement, CLOSURE, FRIDAY, by=people[who], now=NOW)


def test_what_can_not_be_any_more_changes_nothing(agreement, asked, people):
    late = datetime(2026, 7, 18, 10, tzinfo=UTC)
    with pytest.raises(Refused, match="17 July 2026 is past"):
        confirm(asked, by=people["mona"], now=late)
    asked.refresh_from_db()
    assert (asked.decision, Closure.objects.count(), told("confirmed")) == ("", 0, [])


def test_whoever_asked_has_to_be_a_manager_still(agreement, asked, people):
    User.objects.filter(pk=people["sam"].pk).update(role=Role.MEMBER)
    with pytest.raises(Refused, match="Sam Okafor is no manager of Sales any more"):
        confirm(asked, by=people["mona"], now=NOW)


# --- Declined, withdrawn ---------------------------------------------------------------------


def test_declined_with_a_reason(agreement, asked, people):
    with pytest.raises(Refused, match="Say why you decline it"):
        decline(asked, by=people["mona"], now=NOW, reason="  ")
    with pytest.raises(Refused, match="Only a manager of Marketing can decline it"):
        decline(asked, by=people["sam"], now=NOW, reason="No")
    decided = decline(asked, by=people["mona"], now=NOW, reason=" We are open. ")
    assert (decided.decision, decided.reason) == ("declined", "We are open.")
    assert told("declined") == ["sam"]
    with pytest.raises(Refused, match="Mona Lind has declined it meanwhile"):
        confirm(asked, by=people["mona"], now=NOW)
    assert decline(asked, by=people["mona"], now=NOW, reason="x").reason == "We are open."
    assert ask(agreement, CLOSURE, FRIDAY, by=people["sam"], now=NOW).pk != asked.pk


def test_withdrawn_by_the_side_that_asked(agreement, asked, people):
    with pytest.raises(Refused, match="Only a manager of Sales can withdraw what Sales asked for"):
        withdraw(asked, by=people["mona"], now=NOW)
    withdraw(asked, by=people["sam"], now=NOW)
    assert withdraw(asked, by=people["sam"], now=NOW).decision == "withdrawn"
    assert told("withdrawn") == ["mona"]
    with pytest.raises(Refused, match="Sam Okafor has withdrawn it meanwhile"):
        confirm(asked, by=people["mona"], now=NOW)


# --- Early end -------------------------------------------------------------------------------


def test_an_early_end_holds_through_its_last_date(agreement, people):
    asked = ask(agreement, EARLY_END, FRIDAY, by=people["mona"], now=NOW, note="A new start.")
    confirm(asked, by=people["sam"], now=NOW)
    early = EarlyEnd.objects.get()
    midnight = datetime(2026, 7, 17, 22, tzinfo=UTC)
    assert (early.ends_at, early.note) == (midnight, "A new start.")
    assert agreement.version_at(midnight - timedelta(seconds=1)).number == 1
    assert agreement.version_at(midnight) is None


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (date(2026, 7, 14), "An agreement ends in the future"),
        (date(2026, 12, 31), "ends before that anyway"),
        (date(2027, 1, 1), "No version of Inbound is in force"),
    ],
)
def test_an_end_that_can_not_be(people, day, sentence):
    agreement = signed_agreement("inbound", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
    with pytest.raises(Refused, match=sentence):
        ask(agreement, EARLY_END, day, by=people["sam"], now=NOW)


def test_an_end_after_another_version_replaces_it(agreement, people):
    signed_version(agreement, starts_on=date(2026, 8, 1), now=NOW)
    ask(agreement, EARLY_END, date(2026, 8, 10), by=people["sam"], now=NOW)
    with pytest.raises(Refused, match="Version 1 of Inbound Nordics ends before that anyway"):
        ask(agreement, EARLY_END, date(2026, 7, 31), by=people["sam"], now=NOW)


# --- In the browser --------------------------------------------------------------------------


def test_asked_confirmed_and_read(client, agreement, people):
    client.force_login(people["sam"])
    answer = client.post(
        URL, {"kind": "closure", "date": "2026-07-17", "note": "No <b>power</b>"}, follow=True
    )
    assert "It waits for Marketing now." in text_of(answer)
    assert "Withdraw it" in text_of(answer)
    assert "Confirm for" not in text_of(answer)
    client.force_login(people["mona"])
    assert "A closure waits for you" in text_of(client.get("/slas/inbound/"))
    page = client.get(URL)
    assert "One amendment waits for your word." in text_of(page)
    assert "/slas/inbound/closed-date/?date=2026-07-17" in page.content.decode()
    assert "No &lt;b&gt;power&lt;/b&gt;" in page.content.decode()
    made = Amendment.objects.get()
    done = text_of(client.post(f"{URL}{made.pk}/confirm/", follow=True))
    assert "17 July 2026 is closed." in done
    assert "Mona Lind confirmed it" in done
    assert "A closure waits for you" not in text_of(client.get("/slas/inbound/"))
    again = text_of(client.post(f"{URL}{made.pk}/confirm/", follow=True))
    assert "17 July 2026 is closed." in again
    assert Closure.objects.count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "closure", "date": ""}, "Choose the date."),
        ({"kind": "closure", "date": "x"}, "This is no date."),
        ({"kind": "closure", "date": "9999-12-31"}, "The year 9999 can’t be."),
        ({"kind": "closure", "date": "2026-07-18"}, "18 July 2026 is closed already"),
        ({"kind": "other", "date": "2026-07-17"}, "Choose what to ask for"),
        ({"kind": "closure", "date": "2026-07-17", "note": "x" * 201}, "The reason has 201 letters."),
        ({"kind": "early_end", "date": "2026-07-01"}, "An agreement ends in the future."),
    ],
)
def test_bad_input_comes_back_with_a_sentence(client, agreement, people, data, sentence):
    client.force_login(people["sam"])
    answer = client.post(URL, data)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert not Amendment.objects.exists()


def test_declining_without_a_reason_says_so(client, agreement, asked, people):
    client.force_login(people["mona"])
    answer = client.post(f"{URL}{asked.pk}/decline/", {"reason": ""})
    assert answer.status_code == 422
    assert "Say why you decline it" in text_of(answer)
    page = text_of(client.post(f"{URL}{asked.pk}/decline/", {"reason": "We are open."}, follow=True))
    assert "Declined. Nothing changes." in page
    assert "“We are open.”" in page


def test_another_agreements_amendment_is_not_found(client, agreement, asked, people):
    signed_agreement("other")
    client.force_login(people["mona"])
    assert client.post(f"/slas/other/amendments/{asked.pk}/confirm/").status_code == 404
    assert client.get("/slas/nowhere/amendments/").status_code == 404


def test_the_card_is_for_the_managers_of_the_other_side(client, agreement, asked, people):
    for name in ("sam", "rita", "vic"):
        client.force_login(people[name])
        assert "A closure waits for you" not in text_of(client.get("/slas/inbound/"))


# --- At once ---------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(3))
def test_two_managers_confirm_at_once(attempt):
    marketing, sales = mona(), sam()
    other = UserFactory(side=Side.MARKETING, role=Role.MANAGER)
    agreement = signed_agreement(starts_on=date(2026, 1, 1))
    asked = ask(agreement, CLOSURE, FRIDAY, by=sales, now=NOW)
    found = at_once(lambda: confirm(asked, by=marketing, now=NOW), lambda: confirm(asked, by=other, now=NOW))
    assert {one.decision for one in found} == {"confirmed"}
    assert len({one.decided_by_id for one in found}) == 1
    assert Closure.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_both_sides_ask_at_once():
    marketing, sales = mona(), sam()
    agreement = signed_agreement(starts_on=date(2026, 1, 1))
    found = at_once(
        lambda: ask(Agreement.objects.get(pk=agreement.pk), CLOSURE, FRIDAY, by=marketing, now=NOW),
        lambda: ask(Agreement.objects.get(pk=agreement.pk), CLOSURE, FRIDAY, by=sales, now=NOW),
    )
    assert sorted(type(one).__name__ for one in found) == ["Amendment", "Refused"]
    assert Amendment.objects.count() == 1
