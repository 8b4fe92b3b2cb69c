"""Follow-up windows and working time in the editor: stored by htmx and without, by managers alone."""

import html
import re
from datetime import UTC, date, datetime
from typing import Any

import pytest

from slas.models import Version
from slas.services.drafting import draft_next
from slas.tests.editing import EDIT, fields, post, send, typed
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, rita, vic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
DANES = {"all": [{"field": "country", "op": "in", "value": ["Denmark"]}]}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def agreement():
    windows = [{"key": "danes", "name": "Danes", "match": DANES, "window_seconds": 14_400}, {}]
    return signed_agreement(
        name="Inbound Nordics",
        country="DK",
        now=datetime(2025, 12, 1, tzinfo=UTC),
        ends_on=date(2027, 6, 30),
        windows=windows,
    )


@pytest.fixture
def draft(agreement) -> Version:
    return draft_next(agreement, by=marketing_manager(), now=NOW)


@pytest.fixture
def as_mona(client, draft):
    client.force_login(marketing_manager())
    return client


def text_of(answer: Any) -> str:
    words = html.unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split()
    return re.sub(r" ([,.])", r"\1", " ".join(words))


def edition(draft: Version) -> int:
    return Version.objects.get(pk=draft.pk).edition


def windows(draft: Version) -> list[tuple[str, str, int]]:
    return [(row.key, row.name, row.window_seconds) for row in draft.windows.order_by("position")]


@pytest.mark.parametrize("section", ["windows", "time"])
@pytest.mark.parametrize("htmx", [False, True])
def test_nothing_changed_stores_nothing_new(as_mona, draft, section: str, htmx: bool) -> None:
    answer = post(as_mona, section, {}, htmx=htmx)
    assert answer.status_code == (200 if htmx else 302)
    assert edition(draft) == 0
    assert not draft.sections.exists()


@pytest.mark.parametrize("htmx", [False, True])
def test_a_window_is_stored_and_the_agreement_says_so(as_mona, draft, htmx: bool) -> None:
    answer = post(as_mona, "windows", {"window-0-window_seconds": "2 h"}, htmx=htmx)
    assert answer.status_code == (200 if htmx else 302)
    assert windows(draft) == [("danes", "Danes", 7200), ("all", "All leads", 172_800)]
    page = text_of(as_mona.get(EDIT))
    assert "Danes, for a lead that is in Denmark: Sales follows up within 2 business hours" in page
    if htmx:
        assert 'id="says-window-0" hx-swap-oob="true"' in answer.content.decode()
        assert "<form" not in answer.content.decode(), "what is typed is not swapped away"


@pytest.mark.parametrize("htmx", [False, True])
def test_windows_change_places_by_a_button(as_mona, draft, htmx: bool) -> None:
    sent = fields(as_mona, "windows")
    sent["window-1-rule-0-what"], sent["window-1-rule-0-op"] = "did.webinar", "once"
    answer = send(as_mona, "windows", sent | {"do": "up-1"}, htmx=htmx)
    assert answer.status_code == 200
    assert windows(draft) == [("all", "All leads", 172_800), ("danes", "Danes", 14_400)]
    assert typed(answer, "windows")["window-0-name"] == "All leads"


@pytest.mark.parametrize("htmx", [False, True])
def test_an_order_that_hides_one_is_drawn_and_not_stored(as_mona, draft, htmx: bool) -> None:
    answer = post(as_mona, "windows", {"do": "up-1"}, htmx=htmx)
    assert "All leads takes every lead, so Danes after it gets none. Move it to the end" in text_of(answer)
    assert typed(answer, "windows")["window-0-name"] == "All leads", "as it was moved"
    assert windows(draft)[0][0] == "danes"


@pytest.mark.parametrize("htmx", [False, True])
def test_a_mistake_keeps_what_was_typed_and_stores_nothing(as_mona, draft, htmx: bool) -> None:
    changes = {"window-0-window_seconds": "0", "window-1-name": "Others"}
    answer = post(as_mona, "windows", changes, htmx=htmx)
    assert answer.status_code == 422
    assert "0 hours would breach every lead at once. Enter at least 1 min." in text_of(answer)
    if not htmx:
        assert typed(answer, "windows")["window-1-name"] == "Others"
    assert windows(draft)[1][1] == "All leads"


def test_twelve_windows_with_names_of_200_letters_are_stored_and_said(as_mona, draft) -> None:
    sent = fields(as_mona, "windows")
    last = {
        name.removeprefix("window-1-"): text for name, text in sent.items() if name.startswith("window-1-")
    }
    sent = {name: text for name, text in sent.items() if not name.startswith("window-1-")}
    for number in range(1, 12):
        row = last | {"key": "", "name": f"{number:02} {'x' * 197}"}
        if number < 11:
            row |= {"rule-0-what": "source", "rule-0-op": "in", "rule-0-value": f"Source {number}"}
        sent |= {f"window-{number}-{name}": text for name, text in row.items()}
    assert send(as_mona, "windows", sent).status_code == 302
    assert len(windows(draft)) == 12
    assert len({key for key, _, _ in windows(draft)}) == 12
    again = post(as_mona, "windows", {})
    assert again.status_code == 302
    assert edition(draft) == 1, "what is shown is what is stored"


@pytest.mark.parametrize("htmx", [False, True])
def test_the_week_is_stored_and_its_picture_compares_with_what_is_in_force(as_mona, draft, htmx) -> None:
    answer = post(as_mona, "time", {"time-workdays": "9-12, 12:30-17"}, htmx=htmx)
    if not htmx:
        answer = as_mona.get(answer.url)
    lunch = [["09:00", "12:00"], ["12:30", "17:00"]]
    draft.working_time.refresh_from_db()
    assert draft.working_time.week["wed"] == lunch
    said = answer.content.decode()
    assert "With the lunch break, a week has 37.5 open hours instead of 40 in version 1." in text_of(answer)
    assert '<rect class="gone" x="12" width="0.5" height="10"/>' in said
    assert "dashed: closed by this draft" in said
    assert "Monday to Friday 9 to 12 and 12:30 to 17, Copenhagen" in text_of(as_mona.get(EDIT))


def test_closures_special_hours_and_open_holidays_are_agreed_on(as_mona, draft) -> None:
    sent = fields(as_mona, "time") | {
        "closed-0-date": "2026-12-24",
        "closed-0-why": "Christmas Eve",
        "special-0-date": "2026-12-31",
        "special-0-hours": "9-12",
        "special-0-why": "New Year’s Eve",
        "time-open": "2026-12-25",
    }
    assert send(as_mona, "time", sent).status_code == 302
    page = text_of(as_mona.get(EDIT))
    assert "Thursday 31 December 2026 (New Year’s Eve) is open 9 to 12." in page
    assert "Thursday 24 December (Christmas Eve)" in page
    assert "Friday 25 December" not in page
    assert post(as_mona, "time", {}).status_code == 302
    assert edition(draft) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_special_hours_on_a_holiday_are_refused_with_the_button_that_mends_it(as_mona, draft, htmx) -> None:
    changes = {"special-0-date": "2026-12-25", "special-0-hours": "9-11", "special-0-why": ""}
    answer = post(as_mona, "time", changes, htmx=htmx)
    assert answer.status_code == 422
    assert "25 December 2026 is Christmas Day, a public holiday, and stays closed." in text_of(answer)
    assert 'value="special:open-0"' in answer.content.decode()
    assert post(as_mona, "time", changes | {"do": "special:open-0"}, htmx=htmx).status_code == 200
    draft.working_time.refresh_from_db()
    assert draft.working_time.worked_holidays == ["2026-12-25"]


def test_a_country_brings_its_regions_without_a_script(as_mona, draft) -> None:
    answer = post(as_mona, "time", {"time-holiday_country": "DE", "do": "draw"})
    assert answer.status_code == 200
    assert '<option value="BY">' in answer.content.decode()
    sent = typed(answer, "time") | {"time-holiday_region": "BY"}
    assert send(as_mona, "time", sent).status_code == 302
    draft.working_time.refresh_from_db()
    assert draft.working_time.holiday_region == "BY"


@pytest.mark.parametrize("section", ["windows", "time"])
@pytest.mark.parametrize("who", [rita, mia, vic])
def test_nobody_else_writes_in_it(client, draft, section: str, who) -> None:
    client.force_login(marketing_manager())
    sent = fields(client, section) | {"window-0-name": "Mine", "time-workdays": "1-2"}
    client.force_login(who())
    assert client.get(f"{EDIT}{section}/").status_code == 403
    for changes in ({}, {"do": "add"}, {"do": "remove-0"}, {"do": "closed:add"}):
        assert send(client, section, sent | changes).status_code == 403
    assert edition(draft) == 0
    assert windows(draft)[0][1] == "Danes"


@pytest.mark.parametrize("section", ["windows", "time"])
def test_the_other_side_writes_too(client, draft, section: str) -> None:
    client.force_login(sales_manager())
    changes = {"window-0-name": "Danish", "time-sat": "10-12"}
    assert post(client, section, changes).status_code == 302
    assert edition(draft) == 1


@pytest.mark.parametrize("section", ["windows", "time"])
def test_a_forged_post_of_nonsense_is_answered_in_sentences(as_mona, draft, section: str) -> None:
    nonsense = {
        "seen": "x",
        "window-0-name": "\x00",
        "window-999-name": "z" * 5000,
        "window-0-rule-0-what": "nothing.there",
        "window-0-pause_reasons": "a\x00b",
        "window-0-most_hops": "9" * 400,
        "window-0-warn_share": "NaN",
        "window-0-pause_cap_seconds": "-1",
        "time-mon": "9-17" * 2000,
        "time-each": "yes",
        "time-time_zone": "../etc",
        "closed-0-date": "0000-00-00",
        "special-5-hours": "∞",
        "special-5-date": "2027-02-30",
        "time-open": ["2027", "x"],
    }
    for do in ("", "add", "special:open-0", "each", "together", "draw"):
        answer = send(as_mona, section, nonsense | ({"do": do} if do else {}))
        assert answer.status_code in (200, 409, 422)
    assert edition(draft) == 0
