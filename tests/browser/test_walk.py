"""The main job in the browser, from the promise to its figure: the two managers agree on a version, a lead is
handed over, a rep follows it up, and the scoreboard says so. At a desk by keyboard, on a phone by touch."""

import datetime as dt
from collections.abc import Callable

import pytest

from leads.models import Clock
from leads.services.follow_up import log_follow_up
from leads.tests.factories import handed_over
from slas.models import Agreement
from slas.tests.factories import signed_agreement
from smarketing.accounts.tests.factories import PASSWORD, mia, mona, rita, sam
from tests.browser.pages import PATIENCE, Visitor

expect = pytest.importorskip(
    "playwright.sync_api", reason="no playwright: pip install -r requirements-dev.txt"
).expect

pytestmark = pytest.mark.needs("chromium")


@pytest.fixture
def world(transactional_db: None, wednesday: dt.datetime) -> Agreement:
    """An agreement in force, and five leads of this month: four were followed up in time, one was late."""
    rep = [make(password=PASSWORD) for make in (mona, sam, mia, rita)][-1]
    agreement = signed_agreement(name="Inbound Nordics", window={"window_seconds": 4 * 3600})
    for day in (2, 3, 4, 5, 6):
        at = dt.datetime(2026, 11, day, 9, 0, tzinfo=dt.UTC)
        handoff = handed_over(agreement, at=at, to=rep)
        later = at + dt.timedelta(hours=6 if day == 6 else 1)
        log_follow_up(handoff.lead, by=rep, now=later, kind="call", outcome="connected")
    return agreement


@pytest.mark.parametrize("phone", [False, True], ids=["by keyboard", "by touch"])
def test_from_the_promise_to_its_figure(
    visitor: Callable[..., Visitor], world: Agreement, phone: bool
) -> None:
    expect.set_options(timeout=PATIENCE)
    marketing_manager = visitor(phone=phone).log_in("mona@nordvik.example")
    draft_propose_and_sign(marketing_manager)
    sign(visitor(phone=phone).log_in("sam@nordvik.example"))
    says(marketing_manager, mqls="5", speed="4 of 5")
    hand_over(visitor(phone=phone).log_in("mia@nordvik.example"))
    says(marketing_manager, mqls="6", speed="4 of 5")
    rep = visitor(phone=phone).log_in("rita@nordvik.example")
    if phone:
        follow_up_by_thumb(rep)
    else:
        follow_up_by_keyboard(rep)
    is_met(rep)
    says(marketing_manager, mqls="6", speed="5 of 6")
    marketing_manager.looks_right("the scoreboard after it all")


def draft_propose_and_sign(mona: Visitor) -> None:
    """A copy of what is in force, with another target, in force from today."""
    page = mona.page
    mona.go("/slas/inbound/")
    mona.press(page.get_by_role("button", name="Draft version 2"))
    page.wait_for_url("**/slas/inbound/2/edit/")
    page.get_by_label("In force from").fill("2026-11-18")
    mona.press(page.get_by_role("link", name="Edit promises"))
    mqls = page.locator("#p-mqls")
    mona.press(mqls.locator("summary"))
    mqls.get_by_label("How much").fill("12")
    mona.press(page.locator("#t-promises"))  # a change is saved when its field is left
    expect(page.locator("#says ins").filter(has_text="12 MQLs")).to_have_count(1)
    mona.looks_right("the draft")
    mona.press(page.get_by_role("button", name="Propose to Sales"))
    page.get_by_label("Password").fill(PASSWORD)
    mona.press(page.get_by_role("button", name="Sign for Marketing"))
    expect(page.get_by_text("You signed for Marketing.")).to_be_visible()
    mona.looks_right("the version that one side signed")


def sign(sam: Visitor) -> None:
    page = sam.page
    sam.go("/slas/inbound/2/")
    sam.press(page.get_by_role("link", name="Sign for Sales"))
    expect(page.get_by_label("Password")).to_be_visible()
    sam.looks_right("the page that signs")
    page.get_by_label("Password").fill(PASSWORD)
    sam.press(page.get_by_role("button", name="Sign for Sales"))
    expect(page.get_by_text("You signed for Sales.")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("In force")
    sam.looks_right("the signed version")


def hand_over(mia: Visitor) -> None:
    """A new lead, added and handed over."""
    page = mia.page
    mia.go("/leads/new/")
    page.get_by_label("First name").fill("Freja")
    page.get_by_label("Last name").fill("Holm")
    page.get_by_label("E-mail").fill("freja@customer.example")
    page.get_by_label("Source").fill("webinar")
    mia.press(page.get_by_role("button", name="Add"))
    mia.press(page.get_by_role("link", name="Hand over"))
    mia.press(page.get_by_role("button", name="Hand over"))
    expect(page.get_by_label("The clock", exact=True)).to_contain_text("Running")
    mia.looks_right("the lead that is handed over")


def follow_up_by_keyboard(rita: Visitor) -> None:
    """j selects, c and 1 log that they talked; u undoes it."""
    page, keyboard = rita.page, rita.page.keyboard
    rita.go("/leads/queue/")
    keyboard.press("j")
    expect(page.get_by_role("link", name="Freja Holm").first).to_be_visible()
    expect(page.locator("#panel")).to_contain_text("Freja Holm")
    rita.looks_right("the queue with its panel")
    for undo in (True, False):
        keyboard.press("c")
        keyboard.press("1")
        expect(page.locator("#toast")).to_contain_text("Logged")
        rita.looks_right("the queue with what was logged")
        if undo:
            keyboard.press("u")
            expect(page.get_by_text("Taken back: the follow-up no longer counts.")).to_be_visible()
            rita.looks_right("the queue with what was taken back")


def follow_up_by_thumb(rita: Visitor) -> None:
    page = rita.page
    rita.go("/leads/queue/")
    for undo in (True, False):
        rita.press(page.locator("a.q-row", has_text="Freja Holm"))
        talked = page.get_by_role("button", name="Talked to them")
        expect(talked).to_be_visible()
        rita.looks_right("the panel as a sheet")
        rita.press(talked)
        expect(page.locator("#toast")).to_contain_text("Logged")
        rita.looks_right("the queue with what was logged")
        if undo:
            rita.press(page.get_by_role("button", name="Undo"))
            expect(page.get_by_text("Taken back: the follow-up no longer counts.")).to_be_visible()
            rita.looks_right("the queue with what was taken back")


def is_met(rita: Visitor) -> None:
    """The clock on the lead's page, and the tale that keeps what was taken back."""
    clock = Clock.objects.get(handoff__lead__email="freja@customer.example")
    rita.go(f"/leads/{clock.handoff.lead_id}/")
    expect(rita.page.get_by_label("The clock", exact=True)).to_contain_text("Met")
    expect(rita.page.locator(".tale s", has_text="Rita Sørensen called")).to_have_count(1)
    rita.looks_right("the lead after logging")


def says(reader: Visitor, *, mqls: str, speed: str) -> None:
    """What the scoreboard says of both promises, by the version that was signed today."""
    reader.go("/")
    promises = reader.page.locator("article.promise")
    delivered = promises.filter(has_text="at least 12 a month")
    expect(delivered.locator(".figure")).to_have_text(mqls)
    expect(promises.filter(has_text="at least 90%").locator(".value")).to_contain_text(speed)
