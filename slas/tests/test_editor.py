"""The editor's frame: saving section by section, what it says beside it, what is missing, and two people."""

import html
import re
from datetime import UTC, date, datetime, timedelta

import pytest

from slas.models import DraftSection, Step, Version
from slas.services.drafting import draft_next
from slas.services.editing import save_section
from slas.services.proposing import propose
from slas.services.refusal import Overtaken, Refused
from slas.tests.editing import EDIT, fields, post, send, typed
from slas.tests.factories import draft_content, marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, rita, vic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
HOUR = {"reports-report_hour": "15"}
WORTH = {"promise-0-value": "30"}


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
def as_mona(client, draft):
    client.force_login(marketing_manager())
    return client


def words_of(answer) -> str:
    words = " ".join(html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())
    return re.sub(r" ([,.])", r"\1", words)


def ids_of(answer) -> set[str]:
    """The pieces that htmx puts where they belong."""
    return set(re.findall(r'<\w+[^>]*? id="([\w-]+)"[^>]*hx-swap-oob', answer.content.decode()))


# --- Saving ----------------------------------------------------------------------------------


def test_a_section_is_stored_and_stays_open(as_mona, draft):
    answer = post(as_mona, "reports", HOUR)
    assert (answer.status_code, answer.url) == (302, f"{EDIT}reports/#s-reports")
    draft.refresh_from_db()
    assert (draft.report_hour, draft.edition) == (15, 1)
    assert "Saved 12:00" in words_of(as_mona.get(EDIT))


def test_done_folds_it(as_mona, draft):
    answer = post(as_mona, "reports", HOUR | {"do": "done"})
    assert (answer.status_code, answer.url) == (302, f"{EDIT}?open=#s-reports")
    assert 'data-section="reports"' not in as_mona.get(answer.url).content.decode()


def test_what_says_the_same_stores_nothing(as_mona, draft):
    for section in ("scope", "promises", "reports"):
        assert post(as_mona, section, {}).status_code == 302
    draft.refresh_from_db()
    assert (draft.edition, draft.steps.count(), draft.sections.count()) == (0, 1, 0)


def test_htmx_is_answered_in_pieces_that_stand_beside_the_form(as_mona, draft):
    answer = post(as_mona, "promises", WORTH, htmx=True)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "<form" not in page.replace('form="propose"', "")
    assert {
        "seen-promises",
        "mistakes-promises",
        "says-body",
        "steps",
        "saved",
        "editions",
        "missing",
    } <= ids_of(answer)
    assert "Every month, Marketing will deliver at least 30 MQLs" in words_of(answer)
    assert 'name="seen" value="1"' in page
    assert answer["X-Draft"]


def test_a_button_is_answered_with_the_section_drawn_again(as_mona, draft):
    answer = post(as_mona, "promises", WORTH | {"do": "add"}, htmx=True)
    assert (answer["HX-Retarget"], answer["HX-Reswap"]) == ("#s-promises", "outerHTML")
    sent = typed(answer, "promises")
    assert (sent["promise-0-value"], sent["promise-3-side"], sent["promise-4-side"]) == (
        "30",
        "marketing",
        "sales",
    )
    assert draft.commitments.get(key="mqls").value == 30  # what is whole is stored
    assert draft.commitments.count() == 3  # what was added is not, yet


def test_a_mistake_is_said_at_its_field_and_nothing_is_stored(as_mona, draft):
    for htmx in (False, True):
        answer = post(as_mona, "promises", WORTH | {"promise-1-value": "120"}, htmx=htmx)
        assert answer.status_code == 422
        page = answer.content.decode()
        assert (
            '<a href="#id_promise-1-value">120 can&#x27;t be. Enter a number from 0.01 to 100 percent.'
            in page
        )
        assert "Not saved yet: 1 place to mend." in words_of(answer)
    assert draft.commitments.get(key="mqls").value == 20


def test_nothing_typed_is_lost_by_a_mistake_without_a_script(as_mona, draft):
    answer = post(as_mona, "promises", {"promise-0-value": "many", "promise-2-value": "77"})
    sent = typed(answer, "promises")
    assert (sent["promise-0-value"], sent["promise-2-value"]) == ("many", "77")


@pytest.mark.parametrize("do", ["remove-99", "up--1", "up-x", "nothing", "remove-", "²", "keep-", "keep-x"])
def test_a_made_up_button_changes_nothing(as_mona, draft, do):
    assert post(as_mona, "promises", {"do": do}).status_code == 200
    assert draft.commitments.count() == 3


@pytest.mark.parametrize(
    ("section", "act"),
    [("promises", "up"), ("stages", "remove"), ("scoring", "fit:up"), ("time", "special:open")],
)
def test_a_made_up_place_changes_nothing(as_mona, draft, section, act):
    assert post(as_mona, section, {"do": f"{act}-{'9' * 5_000}"}).status_code == 200
    draft.refresh_from_db()
    assert draft.edition == 0


def test_one_step_a_person_and_hour(as_mona, draft, time_machine):
    for minutes, hour in ((0, "9"), (30, "10"), (70, "11")):
        time_machine.move_to(NOW + timedelta(minutes=minutes), tick=False)
        post(as_mona, "reports", {"reports-report_hour": hour})
    assert list(draft.steps.values_list("kind", flat=True)) == ["drafted", "edited", "edited"]
    assert draft.sections.get().edition == 3


@pytest.mark.parametrize("section", ["promises", "windows", "stages", "scoring", "time", "scope", "reports"])
def test_a_section_that_is_not_there(as_mona, draft, section):
    assert as_mona.get(f"{EDIT}nothing/").status_code == 404
    assert as_mona.post(f"{EDIT}nothing/").status_code == 404
    assert as_mona.get(f"{EDIT}{section}/").status_code in (200, 404)  # those that are built


def test_an_empty_post_is_no_accident(as_mona, draft):
    for section in ("scope", "promises", "reports"):
        assert as_mona.post(f"{EDIT}{section}/").status_code in (302, 422)
    assert Version.objects.get(pk=draft.pk).starts_on == date(2026, 7, 16)


# --- Who may ---------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [rita, mia, vic])
@pytest.mark.parametrize("section", ["scope", "promises", "reports"])
def test_nobody_else_changes_a_section(as_mona, client, draft, who, section):
    sent = fields(as_mona, section) | {"scope-currency": "USD", "reports-report_hour": "3"} | WORTH
    client.force_login(who())
    for htmx in (False, True):
        assert send(client, section, sent, htmx=htmx).status_code == 403
    assert client.get(f"{EDIT}{section}/").status_code == 403
    assert client.post(f"{EDIT}others/").status_code == 403
    draft.refresh_from_db()
    assert (draft.edition, draft.currency, draft.report_hour) == (0, "EUR", 8)
    assert draft.visits.count() == 0


@pytest.mark.parametrize("who", [rita, mia, vic])
def test_the_service_itself_refuses_who_may_not(draft, who):
    def fill(version, content):
        version.report_hour = 3

    with pytest.raises(Refused, match="Only managers of Marketing and Sales edit a draft"):
        save_section(draft, "reports", fill, by=who(), now=NOW, seen=0)
    assert Version.objects.get(pk=draft.pk).report_hour == 8


# --- Two people ------------------------------------------------------------------------------


@pytest.fixture
def both(client, draft):
    """What Mona had open; then Sam saved the promises."""
    client.force_login(marketing_manager())
    mine = {section: fields(client, section) for section in ("promises", "reports")}
    client.force_login(sales_manager())
    post(client, "promises", {"promise-2-value": "9"})
    client.force_login(marketing_manager())
    return client, mine


@pytest.mark.parametrize("htmx", [False, True])
def test_whoever_is_second_in_a_section_is_told_and_overwrites_nothing(both, draft, htmx):
    client, mine = both
    answer = send(client, "promises", mine["promises"] | WORTH, htmx=htmx)
    assert answer.status_code == 409
    said = words_of(answer)
    assert "Sam Okafor changed this section at 12:00, while you had it open. Yours is not saved yet" in said
    assert "What Sam Okafor’s Yours MQLs delivered at least 20 a month at least 30 a month" in said
    assert "Customers won at least 9 a month at least 5 a month" in said
    if not htmx:
        assert typed(answer, "promises")["promise-0-value"] == "30"
    values = dict(draft.commitments.values_list("key", "value"))
    assert (values["mqls"], values["customers"]) == (20, 9)


def test_keep_mine(both, draft):
    client, mine = both
    answer = send(client, "promises", mine["promises"] | WORTH)
    keep = re.search(r'value="(keep-\d+)"', answer.content.decode())[1]
    answer = send(client, "promises", mine["promises"] | WORTH | {"do": keep})
    assert answer.status_code == 200
    values = dict(draft.commitments.values_list("key", "value"))
    assert (values["mqls"], values["customers"]) == (30, 5)


def test_keep_mine_is_for_what_was_shown(both, draft):
    client, mine = both
    client.force_login(sales_manager())
    post(client, "promises", {"promise-2-value": "11"})
    client.force_login(marketing_manager())
    answer = send(client, "promises", mine["promises"] | WORTH | {"do": "keep-1"})
    assert answer.status_code == 409
    assert draft.commitments.get(key="customers").value == 11


def test_take_theirs(both, draft):
    client, _ = both
    assert fields(client, "promises")["promise-2-value"] == "9"


def test_two_people_in_two_sections_are_both_kept(both, draft):
    client, mine = both
    assert send(client, "reports", mine["reports"] | HOUR).status_code == 302
    draft.refresh_from_db()
    assert (draft.report_hour, draft.edition) == (15, 2)
    assert draft.commitments.get(key="customers").value == 9


def test_saving_one_section_does_not_make_another_seen(both, draft):
    """Mona saves the reports, and is still told that Sam changed the promises she has open."""
    client, mine = both
    send(client, "reports", mine["reports"] | HOUR, htmx=True)
    assert send(client, "promises", mine["promises"] | WORTH, htmx=True).status_code == 409


def test_the_same_person_in_another_window_is_told(as_mona, draft):
    old = fields(as_mona, "reports")
    post(as_mona, "reports", HOUR)
    answer = send(as_mona, "reports", old | {"reports-report_hour": "9"})
    assert answer.status_code == 409
    assert "You changed this section in another window at 12:00." in words_of(answer)
    assert "Report every Monday at 15:00 every Monday at 9:00" in words_of(answer)


def test_sent_twice_is_sent_once(as_mona, draft):
    sent = fields(as_mona, "reports") | HOUR
    assert [send(as_mona, "reports", sent).status_code for _ in range(2)] == [302, 302]
    draft.refresh_from_db()
    assert draft.edition == 1


@pytest.mark.parametrize("seen", ["", "x", "99999999999999999999", "-1", "²", "7"])
def test_a_forged_edition_overwrites_nothing(both, draft, seen):
    client, mine = both
    assert send(client, "promises", mine["promises"] | WORTH | {"seen": seen}).status_code == 409
    assert draft.commitments.get(key="mqls").value == 20


@pytest.mark.parametrize("htmx", [False, True])
def test_a_version_that_was_proposed_meanwhile_keeps_what_is_typed(as_mona, draft, htmx):
    sent = fields(as_mona, "promises") | WORTH
    propose(draft, sales_manager(), NOW)
    answer = send(as_mona, "promises", sent, htmx=htmx)
    assert answer.status_code == 409
    assert "Version 2 of Inbound Nordics is proposed by now, so it can’t be edited." in words_of(answer)
    if not htmx:
        assert typed(answer, "promises")["promise-0-value"] == "30"
    assert draft.commitments.get(key="mqls").value == 20


def test_the_service_tells_who_and_when(draft):
    def fill(hour):
        def change(version, content):
            version.report_hour = hour

        return change

    save_section(draft, "reports", fill(9), by=sales_manager(), now=NOW, seen=0)
    with pytest.raises(Overtaken) as told:
        save_section(draft, "reports", fill(10), by=marketing_manager(), now=NOW, seen=0)
    assert (told.value.by, told.value.at) == (sales_manager(), NOW)
    assert DraftSection.objects.get().edition == 1


# --- Who else is here ------------------------------------------------------------------------


def test_others_in_the_draft_are_told(client, draft):
    client.force_login(sales_manager())
    assert client.post(f"{EDIT}others/", {"here": "windows", "known": "0"}).status_code == 200
    client.force_login(marketing_manager())
    assert "Sam Okafor is in 5. Follow-up windows" in words_of(client.get(EDIT))
    answer = client.post(f"{EDIT}others/", {"here": "no section", "known": "0"})
    assert "Sam Okafor is in 5. Follow-up windows" in words_of(answer)
    assert "Mona Lind is" not in words_of(answer)
    assert ids_of(answer) == set()  # nothing is new


def test_whoever_left_is_not_shown(client, draft, time_machine):
    client.force_login(sales_manager())
    client.post(f"{EDIT}others/", {"here": "windows", "known": "0"})
    time_machine.move_to(NOW + timedelta(minutes=2), tick=False)
    client.force_login(marketing_manager())
    assert "Sam Okafor is" not in words_of(client.get(EDIT))


def test_what_others_changed_comes_by_itself(both):
    client, _ = both
    answer = client.post(f"{EDIT}others/", {"here": "reports", "known": "0", "open": "reports:0"})
    assert "Sam Okafor changed 2. Promises at 12:00" in words_of(answer)
    assert {"says-body", "steps", "short-promises"} <= ids_of(answer)
    assert "win at least 9 customers" in words_of(answer)
    # what the reader has read is what they saw themselves
    assert 'name="read" form="propose" value="1"' in answer.content.decode() or "read" in ids_of(answer)


def test_a_draft_that_is_none_any_more_says_so(as_mona, draft):
    propose(draft, sales_manager(), NOW)
    assert "It is proposed by now and can’t be edited." in words_of(as_mona.post(f"{EDIT}others/"))
    assert draft.visits.count() == 0


# --- Proposing what was read -----------------------------------------------------------------


def test_proposing_from_the_editor(as_mona, draft):
    answer = as_mona.post("/slas/inbound/2/propose/", {"read": "0", "from": "edit"})
    assert answer.url == "/slas/inbound/2/sign/"


def test_a_change_that_was_not_read_is_said_first(both, draft):
    client, _ = both
    answer = client.post("/slas/inbound/2/propose/", {"read": "0", "from": "edit"}, follow=True)
    assert answer.redirect_chain[-1][0] == EDIT
    assert "Sam Okafor changed “Promises” while you had it open." in words_of(answer)
    assert Version.objects.get(pk=draft.pk).status == "draft"


def test_what_was_kept_against_theirs_was_read(both, draft):
    client, mine = both
    sent = mine["promises"] | WORTH | {"read": "0"}
    answer = send(client, "promises", sent | {"do": "keep-1"}, htmx=True)
    assert 'name="read" form="propose" value="2"' in answer.content.decode()


def test_own_changes_elsewhere_are_said_to_be_own(as_mona, draft):
    post(as_mona, "reports", HOUR)
    answer = as_mona.post("/slas/inbound/2/propose/", {"read": "0", "from": "edit"}, follow=True)
    assert "You changed “Reports and meeting” in another window." in words_of(answer)


def test_own_changes_are_read_and_others_are_not(both, draft):
    """Mona’s saving does not make Sam’s change read; one after it, on the new page, does."""
    client, mine = both
    answer = send(client, "reports", mine["reports"] | HOUR | {"read": "0"}, htmx=True)
    assert 'name="read" form="propose" value="0"' in answer.content.decode()
    page = client.get(EDIT)
    assert 'name="read" form="propose" value="2"' in page.content.decode()
    answer = send(
        client, "reports", fields(client, "reports") | {"reports-report_hour": "9", "read": "2"}, htmx=True
    )
    assert 'name="read" form="propose" value="3"' in answer.content.decode()


# --- What it says, and what is missing -------------------------------------------------------


def test_what_is_new_is_marked_by_words(as_mona, draft):
    answer = post(as_mona, "promises", WORTH, htmx=True)
    assert '<ins><span class="term">30 MQLs</span></ins>' in answer.content.decode().replace(
        " </ins>", "</ins>"
    )
    assert "1 change since version 1" in words_of(answer)


def test_nothing_is_marked_in_a_copy(as_mona, draft):
    page = as_mona.get(EDIT).content.decode()
    assert "<ins>" not in page
    assert "<del>" not in page
    assert "No change since version 1" in page


def test_a_first_version_has_nothing_to_compare_with(client, agreement):
    from slas.services.drafting import create_agreement, write_draft

    other = create_agreement("other", "Other", now=NOW)
    write_draft(other, draft_content(), now=NOW, starts_on=date(2026, 9, 1))
    client.force_login(marketing_manager())
    page = client.get("/slas/other/1/edit/")
    assert "since version" not in words_of(page)
    assert "<ins>" not in page.content.decode()


def test_what_is_missing_is_said_in_a_sentence(as_mona, draft):
    assert "Everything is ready to propose." in words_of(as_mona.get(EDIT))
    draft.commitments.filter(key="customers").update(relevant="")
    page = words_of(as_mona.get(EDIT))
    assert "“Customers won” lacks a reason: say why it matters to the other side. Everything else is" in page
    assert 'data-section="promises"' in as_mona.get(EDIT).content.decode()  # opened at what is missing


def test_what_proposing_would_refuse_is_said(as_mona, draft):
    draft.windows.all().delete()
    Version.objects.filter(pk=draft.pk).update(starts_on=date(2026, 7, 1))
    page = words_of(as_mona.get(EDIT))
    assert "Version 2 of Inbound Nordics starts on 1 July 2026, which is past." in page
    assert "has no follow-up window. Add one, so that handed-over leads have a clock." in page
    assert "2 things are missing, in sections 1 and 5." in page


def test_a_draft_with_holes_can_be_read_and_mended(as_mona, draft):
    """Rows that make no terms are no reason for a page to fail."""
    draft.working_time.time_zone = "Nowhere/At_all"
    draft.working_time.save()
    for url in ("/slas/inbound/2/", EDIT, f"{EDIT}reports/", "/slas/", "/slas/inbound/"):
        assert as_mona.get(url).status_code == 200, url
    assert "Nowhere/At_all" in words_of(as_mona.get(EDIT))
    assert as_mona.post("/slas/inbound/2/propose/", {"seen": 0}, follow=True).status_code == 200


def test_the_history_is_of_those_who_changed_it(as_mona, draft):
    post(as_mona, "reports", HOUR)
    step = Step.objects.filter(version=draft, kind="edited").get()
    assert (step.by, step.at) == (marketing_manager(), NOW)
