"""A newcomer makes an agreement from a template, reads what it says, changes it, and both sides sign it: at a
desk and on a phone, in less than five minutes."""

import datetime as dt
import time
from collections.abc import Callable

import pytest

from slas.models import Agreement
from smarketing.accounts.tests.factories import PASSWORD, mona, sam
from tests.browser.pages import PATIENCE, Visitor

expect = pytest.importorskip(
    "playwright.sync_api", reason="no playwright: pip install -r requirements-dev.txt"
).expect

pytestmark = pytest.mark.needs("chromium")

FIVE_MINUTES = 300


@pytest.fixture
def managers(transactional_db: None, wednesday: dt.datetime) -> None:
    """A company with nothing but its two managers."""
    for make in (mona, sam):
        make(password=PASSWORD)


@pytest.mark.parametrize("phone", [False, True], ids=["at a desk", "on a phone"])
def test_from_a_template_to_two_signatures(
    visitor: Callable[..., Visitor], managers: None, phone: bool
) -> None:
    expect.set_options(timeout=PATIENCE)
    begun = time.monotonic()
    marketing = visitor(phone=phone).log_in("mona@nordvik.example")
    start(marketing)
    change(marketing)
    propose_and_sign(marketing)
    countersign(visitor(phone=phone).log_in("sam@nordvik.example"))
    assert time.monotonic() - begun < FIVE_MINUTES
    terms = Agreement.objects.get().versions.get().terms()
    promised = {one.metric: one.value for one in terms.commitments if one.scope is None}
    assert promised["mqls"] == 55
    assert terms.definition("mql").rule is not None
    assert terms.windows[0].match is not None


def start(mona: Visitor) -> None:
    """From the empty page of agreements to the draft, with a name and nothing else typed."""
    page = mona.page
    mona.go("/slas/")
    mona.looks_right("no agreement yet")
    mona.press(page.locator("a[href='/slas/new/']").first)
    page.get_by_role("textbox", name="Name", exact=True).fill("Inbound Nordics")
    mona.looks_right("how to start an agreement")
    mona.press(page.get_by_role("button", name="Start the draft"))
    page.wait_for_url("**/slas/inbound-nordics/1/edit/")


def change(mona: Visitor) -> None:
    """One figure, and what the agreement says follows by itself."""
    page = mona.page
    expect(page.locator("#says")).to_contain_text("Every month, Marketing will deliver at least 40 MQLs")
    mona.press(page.get_by_role("link", name="Edit promises"))
    promise = page.locator("details", has=page.get_by_text("40 MQLs")).first
    mona.press(promise.locator("summary").first)
    promise.get_by_label("How much").fill("55")
    mona.press(page.locator("#t-promises"))
    expect(page.locator("#says")).to_contain_text("at least 55 MQLs")
    mona.looks_right("the draft with its promises open")
    page.reload()
    expect(page.locator("#says")).to_contain_text("at least 55 MQLs")


def propose_and_sign(mona: Visitor) -> None:
    page = mona.page
    mona.press(page.get_by_role("button", name="Propose to Sales"))
    page.get_by_label("Password").fill(PASSWORD)
    mona.press(page.get_by_role("button", name="Sign for Marketing"))
    expect(page.get_by_text("You signed for Marketing.")).to_be_visible()


def countersign(sam: Visitor) -> None:
    """Sam finds it among the agreements, reads it, and signs."""
    page = sam.page
    sam.go("/slas/")
    sam.press(page.get_by_role("link", name="Inbound Nordics").first)
    expect(page.get_by_text("at least 55 MQLs").first).to_be_visible()
    sam.looks_right("the proposal")
    sam.press(page.get_by_role("link", name="Sign for Sales"))
    page.get_by_label("Password").fill(PASSWORD)
    sam.press(page.get_by_role("button", name="Sign for Sales"))
    expect(page.get_by_text("You signed for Sales.")).to_be_visible()
    sam.looks_right("the agreement that both sides signed")
