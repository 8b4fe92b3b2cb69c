"""Drafting in the browser: who may, what is stored, what is refused, and two people in one draft."""

import html
import re
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from slas.models import Commitment, FrozenTerms, Step, Version, Window
from slas.services.content import read_content
from slas.services.door import last_step
from slas.services.drafting import draft_next
from slas.services.editing import save_draft
from slas.services.proposing import propose
from slas.services.refusal import Refused
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement, signed_version
from smarketing.accounts.models import Role
from smarketing.accounts.tests.factories import UserFactory, mia, rita, vic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
EDIT = "/slas/inbound/2/edit/"


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def agreement():
    return signed_agreement(
        name="Inbound Nordics", country="DK", now=datetime(2025, 12, 1, tzinfo=UTC), ends_on=date(2027, 6, 30)
    )


@pytest.fixture
def draft(agreement):
    return draft_next(agreement, by=marketing_manager(), now=NOW)


@pytest.fixture
def as_mona(client, agreement):
    client.force_login(marketing_manager())
    return client


def fields_of(client, url=EDIT) -> dict[str, str]:
    """What the browser would send of the form as it stands."""
    page = client.get(url).context
    sent = {"seen": str(page["seen"])}
    for part in page["form"].parts:
        for bound in part:
            value = bound.value()
            sent[bound.html_name] = "" if value is None else str(value)
    return sent


def text_of(answer) -> str:
    """The words of a page, without its markup."""
    words = html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split()
    return re.sub(r" ([,.])", r"\1", " ".join(words))


# --- Drafting --------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [marketing_manager, sales_manager])
def test_a_manager_of_either_side_copies_the_version_in_force(client, agreement, who):
    client.force_login(who())
    assert "Draft version 2" in text_of(client.get("/slas/inbound/"))
    answer = client.post("/slas/inbound/draft/")
    assert (answer.status_code, answer.url) == (302, EDIT)
    made = agreement.versions.get(number=2)
    assert (made.status, made.starts_on, made.ends_on) == ("draft", date(2026, 7, 16), date(2027, 6, 30))
    assert "It says the same as version 1." in text_of(client.get(EDIT))


def test_the_copy_is_of_what_is_in_force_and_starts_after_what_is_signed(agreement):
    signed_version(agreement, starts_on=date(2026, 9, 1), now=NOW, window={"window_seconds": 3600})
    copy = draft_next(agreement, by=marketing_manager(), now=NOW)
    assert copy.windows.get().window_seconds == 48 * 3600
    assert copy.starts_on == date(2026, 9, 2)


def test_a_second_draft_is_refused_with_the_way_to_the_open_one(as_mona, agreement, draft):
    page = text_of(as_mona.get("/slas/inbound/"))
    assert "Draft version 3" not in page
    assert "Draft version 2" in page  # the way to it
    answer = as_mona.post("/slas/inbound/draft/", follow=True)
    assert answer.redirect_chain[-1][0] == "/slas/inbound/2/"
    assert "Version 2 of Inbound Nordics is not signed yet. Finish or withdraw it first." in text_of(answer)
    assert agreement.versions.count() == 2


POSTS = ["/slas/inbound/draft/", EDIT, "/slas/inbound/2/propose/", "/slas/inbound/2/withdraw/"]


@pytest.mark.parametrize("url", POSTS)
@pytest.mark.parametrize(
    "who", [rita, mia, vic, lambda: UserFactory(side="", role=Role.VIEWER, is_administrator=True)]
)
def test_nobody_else_changes_anything(client, draft, url, who):
    client.force_login(who())
    answer = client.post(url, {"seen": Step.objects.latest("pk").pk})
    assert answer.status_code == 403
    assert "Only managers of Marketing and Sales" in text_of(answer)
    assert list(Version.objects.values_list("status", flat=True)) == ["signed", "draft"]
    assert Step.objects.filter(version=draft).count() == 1


@pytest.mark.parametrize("url", POSTS)
def test_a_stranger_is_sent_to_the_login(client, draft, url):
    assert client.post(url).url.startswith("/login/")


@pytest.mark.parametrize("url", [POSTS[0], *POSTS[2:]])
def test_what_changes_something_is_not_fetched(as_mona, draft, url):
    assert as_mona.get(url).status_code == 405


@pytest.mark.parametrize("who", [rita, vic])
def test_others_read_the_draft_and_are_told_why_they_can_not_change_it(client, draft, who):
    client.force_login(who())
    page = text_of(client.get("/slas/inbound/2/"))
    assert "Waiting for Mona Lind or Sam Okafor to propose it." in page
    assert "Only managers of Marketing and Sales edit, propose and sign." in page
    assert "Withdraw it" not in page
    assert client.get(EDIT).status_code == 403


# --- Editing ---------------------------------------------------------------------------------

CHANGES = {
    "term-starts_on": "2026-09-01",
    "term-ends_on": "",
    "term-review_on": "2027-03-01",
    "term-report_weekday": "4",
    "term-report_hour": "15",
    "promise-mqls-value": "1,250",
    "promise-speed-value": "92.5",
    "promise-customers-at_least": "False",
    "promise-customers-period": "quarter",
    "window-all-window_seconds": "4:30",
    "window-all-hours": "elapsed",
    "window-all-counts": "connection",
    "window-all-warn_share": "60",
    "window-all-acceptance_seconds": "",
    "window-all-late_entry_grace_seconds": "0",
    "window-all-pause_cap_seconds": "16 h",
    "window-all-depth_attempts": "5",
    "window-all-depth_days": "3",
    "window-all-depth_within_business_days": "10",
    "time-mon": "9:00-12:00, 13:00-17:00",
    "time-fri": "22:00-6:00",
    "time-time_zone": "Europe/Berlin",
    "time-holiday_country": "DE",
    "time-holiday_region": "by",
    "time-closed": "24 December 2026",
}


def test_every_field_is_stored(as_mona, draft):
    answer = as_mona.post(EDIT, fields_of(as_mona) | CHANGES)
    assert (answer.status_code, answer.url) == (302, "/slas/inbound/2/")
    draft.refresh_from_db()
    assert (draft.starts_on, draft.ends_on, draft.review_on) == (date(2026, 9, 1), None, date(2027, 3, 1))
    assert (draft.report_weekday, draft.report_hour) == (4, 15)
    mqls, speed, customers = draft.commitments.order_by("position")
    assert (mqls.value, speed.value) == (Decimal(1250), Decimal("0.925"))
    assert (customers.at_least, customers.period) == (False, "quarter")
    window = draft.windows.get()
    assert (window.window_seconds, window.hours, window.counts) == (16_200, "elapsed", "connection")
    assert (window.warn_share, window.acceptance_seconds) == (Decimal("0.6"), None)
    assert (window.late_entry_grace_seconds, window.pause_cap_seconds) == (0, 57_600)
    assert (window.depth_attempts, window.depth_days, window.depth_within_business_days) == (5, 3, 10)
    time = draft.working_time
    assert (time.time_zone, time.holiday_country, time.holiday_region) == ("Europe/Berlin", "DE", "BY")
    assert time.week["mon"] == [["09:00", "12:00"], ["13:00", "17:00"]]
    assert (time.week["fri"], time.week["sat"]) == ([["22:00", "24:00"]], [["00:00", "06:00"]])
    assert time.closed == ["2026-12-24"]
    # what is signed is not touched
    assert Window.objects.get(version__number=1).window_seconds == 48 * 3600
    assert draft.steps.last().kind == "edited"


def test_the_page_after_it_says_what_changes(as_mona, draft):
    page = text_of(as_mona.post(EDIT, fields_of(as_mona) | {"promise-mqls-value": "25"}, follow=True))
    assert "The draft is saved." in page
    assert "1 thing changes against version 1." in page
    assert "MQLs delivered, Marketing at least 20 a month at least 25 a month" in page
    assert "Every month, Marketing will deliver at least 25 MQLs." in page


def test_saving_the_form_as_it_stands_stores_nothing(as_mona, draft):
    answer = as_mona.post(EDIT, fields_of(as_mona), follow=True)
    assert "Nothing was changed." in text_of(answer)
    assert draft.steps.count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"term-starts_on": ""}, "Choose the day on which it starts."),
        ({"term-starts_on": "soon"}, "This is no date. Choose one, or write it as 2026-12-24."),
        ({"term-starts_on": "9999-12-31"}, "You wrote the year 9999. Enter a day up to 2199."),
        ({"term-ends_on": "9999-12-31"}, "You wrote the year 9999."),
        ({"term-review_on": "2200-01-01"}, "You wrote the year 2200."),
        ({"term-starts_on": "2026-07-14"}, "starts on 14 July 2026, which is past"),
        ({"term-ends_on": "2026-07-01"}, "The end comes before the start."),
        ({"term-ends_on": "2036-07-16"}, "The term is longer than 10 years."),
        ({"term-review_on": "2026-07-01"}, "The review comes before the start."),
        ({"term-review_on": "2027-07-01"}, "The review comes after the end."),
        ({"term-report_hour": "24"}, "24 is not one of the available choices"),
        ({"promise-mqls-value": "0"}, "0 can't be. Enter a number from 1"),
        ({"promise-mqls-value": ""}, "Enter how much is promised."),
        ({"promise-speed-value": "101"}, "from 0.01 to 100 percent"),
        ({"promise-speed-period": "day"}, "is not one of the available choices"),
        ({"window-all-window_seconds": "0"}, "0 hours would breach every lead at once."),
        ({"window-all-depth_attempts": "3"}, "Attempts, days and business days belong together."),
        (
            {f"window-all-depth_{name}": value for name, value in
             (("attempts", "2"), ("days", "3"), ("within_business_days", "10"))},
            "2 attempts can't be on 3 days.",
        ),
        ({"time-mon": "9-12, 11-13"}, "Monday: 09:00 to 12:00 and 11:00 to 13:00 overlap."),
        ({"time-mon": "22-10"}, "Tuesday: 00:00 to 10:00 and 09:00 to 17:00 overlap."),
        ({f"time-{day}": "" for day in ("mon", "tue", "wed", "thu", "fri")}, "The week has no opening."),
        ({"time-time_zone": "Europe/Kopenhagen"}, "is no time zone of the list"),
        ({"time-holiday_country": "XX"}, "“XX” is no country of the list"),
        ({"time-holiday_region": "ZZ", "time-holiday_country": "DE"}, "“ZZ” is no region of DE. Use one of"),
        ({"time-holiday_region": "BY", "time-holiday_country": ""}, "A region needs its country."),
        ({"time-closed": "Christmas"}, "“Christmas” is no date."),
    ],
)  # fmt: skip
def test_what_can_not_be_is_said_and_nothing_is_stored(as_mona, draft, change, sentence):
    typed = fields_of(as_mona) | {"promise-customers-value": "77"} | change
    answer = as_mona.post(EDIT, typed)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert "Nothing is saved yet" in text_of(answer)
    assert 'value="77"' in answer.content.decode()  # what was typed is still there
    assert Commitment.objects.get(version=draft, key="customers").value == 5
    assert draft.steps.count() == 1


def test_a_mistake_keeps_no_token_of_later_changes(as_mona, draft, client):
    """Whoever mends a mistake still meets what somebody else saved meanwhile."""
    mine = fields_of(as_mona)
    as_mona.post(EDIT, mine | {"promise-mqls-value": "30"})
    answer = as_mona.post(EDIT, mine | {"promise-mqls-value": "x"})
    assert f'name="seen" value="{mine["seen"]}"' in answer.content.decode()


def test_the_second_saver_is_told_and_overwrites_nothing(as_mona, draft):
    mine = fields_of(as_mona) | {"promise-mqls-value": "30"}
    as_mona.force_login(sales_manager())
    as_mona.post(EDIT, fields_of(as_mona) | {"promise-customers-value": "9"})
    as_mona.force_login(marketing_manager())
    answer = as_mona.post(EDIT, mine)
    assert answer.status_code == 409
    page = text_of(answer)
    assert "Sam Okafor saved this draft on 15 July, 12:00, while you had it open." in page
    assert "MQLs delivered: at least 30 a month instead of at least 20 a month." in page
    assert "Customers won: at least 5 a month instead of at least 9 a month." in page
    assert 'value="30"' in answer.content.decode()
    values = dict(draft.commitments.values_list("key", "value"))
    assert (values["mqls"], values["customers"]) == (20, 9)
    # told what it changes, Mona may keep hers
    again = as_mona.post(EDIT, mine | {"seen": answer.context["seen"]})
    assert again.status_code == 302
    values = dict(draft.commitments.values_list("key", "value"))
    assert (values["mqls"], values["customers"]) == (30, 5)


@pytest.mark.parametrize("seen", ["", "0", "x", "99999999999999999999", "-1", "²"])
def test_a_forged_token_overwrites_nothing(as_mona, draft, seen):
    answer = as_mona.post(EDIT, fields_of(as_mona) | {"promise-mqls-value": "30", "seen": seen})
    assert answer.status_code == 409
    assert draft.commitments.get(key="mqls").value == 20


@pytest.mark.parametrize("who", [rita, mia, vic])
def test_the_service_itself_refuses_who_may_not_draft(draft, who):
    content = read_content(draft)
    content.windows[0].window_seconds = 60
    with pytest.raises(Refused, match="Only managers of Marketing and Sales edit a draft"):
        save_draft(draft, content, by=who(), now=NOW, seen=last_step(draft).pk)
    assert draft.windows.get().window_seconds == 48 * 3600


# --- Proposing and withdrawing ---------------------------------------------------------------


def propose_as_seen(client, draft):
    seen = client.get("/slas/inbound/2/").context["seen"]
    return client.post("/slas/inbound/2/propose/", {"seen": seen}, follow=True)


def test_proposing_freezes_the_text_that_was_read(as_mona, draft):
    answer = propose_as_seen(as_mona, draft)
    assert answer.redirect_chain[-1][0] == "/slas/inbound/2/sign/"
    assert "Waiting for Mona Lind to sign for Marketing and Sam Okafor to sign for Sales." in text_of(answer)
    assert FrozenTerms.objects.filter(version=draft).exists()


def test_a_draft_that_somebody_changed_meanwhile_is_not_proposed_unread(as_mona, draft):
    seen = draft.steps.last().pk
    as_mona.post(EDIT, fields_of(as_mona) | {"promise-mqls-value": "30"})
    answer = as_mona.post("/slas/inbound/2/propose/", {"seen": seen}, follow=True)
    assert "Mona Lind edited it while you had it open." in text_of(answer)
    assert Version.objects.get(pk=draft.pk).status == "draft"


def test_a_proposal_is_not_edited(as_mona, draft):
    typed = fields_of(as_mona) | {"promise-mqls-value": "30"}
    propose(draft, marketing_manager(), NOW)
    answer = as_mona.post(EDIT, typed, follow=True)
    assert "Version 2 is proposed, so its text can’t be edited any more." in text_of(answer)
    assert draft.commitments.get(key="mqls").value == 20


def test_a_draft_whose_start_has_passed_says_so(as_mona, draft, time_machine):
    time_machine.move_to(datetime(2026, 8, 1, tzinfo=UTC), tick=False)
    as_mona.force_login(marketing_manager())
    assert "Its start, 16 July 2026, is past. Edit it and choose a later start." in text_of(
        as_mona.get("/slas/inbound/2/")
    )
    assert "which is past. Move its start" in text_of(propose_as_seen(as_mona, draft))
    assert Version.objects.get(pk=draft.pk).status == "draft"


def test_withdrawing_leaves_it_to_read_with_the_note(as_mona, draft):
    answer = as_mona.post("/slas/inbound/2/withdraw/", {"note": "After the fair."}, follow=True)
    page = text_of(answer)
    assert "Version 2 is withdrawn. What is in force stays in force." in page
    assert "After the fair." in page
    assert "Draft version 3" in page


def test_a_signed_version_is_not_withdrawn(as_mona, agreement):
    answer = as_mona.post("/slas/inbound/1/withdraw/", follow=True)
    assert "Version 1 of Inbound Nordics is signed already. It stays so." in text_of(answer)


@pytest.mark.parametrize("url", ["/slas/other/draft/", "/slas/inbound/9/edit/", "/slas/inbound/9/propose/"])
def test_what_is_not_there(as_mona, draft, url):
    assert as_mona.post(url).status_code == 404


@pytest.mark.parametrize("url", ["/slas/inbound/2/", EDIT])
def test_queries_do_not_grow_with_promises(as_mona, draft, django_assert_max_num_queries, url):
    def count():
        with django_assert_max_num_queries(100) as queries:
            assert as_mona.get(url).status_code == 200
        return len(queries)

    before = count()
    for number in range(20):
        window = Window.objects.create(
            version=draft, key=f"w{number}", name=f"W {number}", window_seconds=3600, position=number + 1
        )
        Commitment.objects.create(
            version=draft, key=f"p{number}", side="sales", metric="customers", value=1,
            scope_field="tier", scope_value=window.key,
        )  # fmt: skip
    assert count() == before
    assert before <= 20
