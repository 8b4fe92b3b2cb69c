"""The queue: groups, folding, the panel, logging and undoing, parts for htmx, and who may do what."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from leads import desk
from leads.models import Clock, Entry
from leads.saying import lateness
from leads.services.follow_up import log_follow_up
from leads.services.holding import pause
from leads.services.pipeline import advance
from leads.tests.factories import handed_over
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.tests.factories import mia, raj, rita, vic
from smarketing.now import this_second

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("audited")]

LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC).date()
HOURS_4 = {"window_seconds": 4 * 3600, "acceptance_seconds": 8 * 3600, "hours": "elapsed"}
DEPTH = {"depth_attempts": 3, "depth_days": 2, "depth_within_business_days": 10}
QUEUE = "/leads/queue/"


@pytest.fixture
def now():
    return this_second()


@pytest.fixture
def agreement():
    return signed_agreement(window=HOURS_4, starts_on=LONG_AGO)


@pytest.fixture
def deep():
    return signed_agreement("deep", window=HOURS_4 | DEPTH, starts_on=LONG_AGO)


@pytest.fixture
def rep(db):
    return rita()


def log_in(client, person):
    client.force_login(person)
    return client


def groups(response):
    return {
        group.heading: [row.lead.first_name for row in group.rows] for group in response.context["groups"]
    }


def everybody(response):
    return [name for names in groups(response).values() for name in names]


def part(client, target, address=QUEUE, **more):
    return client.get(address, headers={"HX-Request": "true", "HX-Target": target}, **more)


def press(client, lead_id, htmx=False, **fields):
    headers = {"HX-Request": "true", "HX-Target": "desk"} if htmx else {}
    return client.post(f"{QUEUE}?lead={lead_id}", fields, headers=headers)


def undo_text(response):
    found = re.search(r'class="toast-undo".*?</i>(.*?)</span>', response.content.decode(), re.S)
    return found[1].strip() if found else ""


# --- Groups ----------------------------------------------------------------------------------------


def test_groups_stand_in_their_order(client, deep, rep, now):
    handed_over(deep, at=now - timedelta(hours=5), to=rep, first_name="Late")
    tried = handed_over(deep, at=now - timedelta(hours=2), to=rep, first_name="Tried")
    log_follow_up(tried.lead, by=rep, now=now, kind="call", outcome="no_answer")
    held = handed_over(deep, at=now, to=rep, first_name="Held")
    reason = held.version.terms().windows[0].terms.pause_reasons[0]
    pause(held.lead, by=rep, now=now, reason=reason, seen_to_by=marketing_manager())
    handed_over(deep, at=now, to=rep, first_name="Next")
    found = groups(log_in(client, rep).get(QUEUE))
    assert list(found.values()) == [["Late"], ["Next"], ["Held"], ["Tried"]]
    assert next(iter(found)) == "Late"
    assert list(found)[2:] == ["Paused", "Keep trying"]


def test_keep_trying_says_how_many_attempts_are_missing(client, deep, rep, now):
    tried = handed_over(deep, at=now, to=rep)
    log_follow_up(tried.lead, by=rep, now=now, kind="call", outcome="no_answer")
    html = log_in(client, rep).get(QUEUE).content.decode()
    assert 'aria-label="1 of 3 attempts"' in html
    assert "no answer, just now" in html
    assert "working days left" in html


@pytest.mark.parametrize("end", ["talked", "advanced"])
def test_who_was_reached_or_moved_on_is_not_tried_again(client, deep, rep, now, end):
    handoff = handed_over(deep, at=now, to=rep)
    log_follow_up(
        handoff.lead, by=rep, now=now, kind="call", outcome="connected" if end == "talked" else "sent"
    )
    if end == "advanced":
        advance(handoff.lead, "sql", by=rep, now=now)
    assert groups(log_in(client, rep).get(QUEUE)) == {}


def test_what_is_late_for_long_is_folded_and_counted(client, agreement, rep, now):
    for days in range(1, 12):
        handed_over(agreement, at=now - timedelta(days=days), to=rep, first_name=f"D{days}")
    handed_over(agreement, at=now, to=rep, first_name="Fresh")
    log_in(client, rep)
    response = client.get(QUEUE)
    late = groups(response)["Late"]
    assert late == [f"D{days}" for days in range(8, 0, -1)]  # the latest breaches, due first first
    assert response.context["groups"][0].total == 11
    assert "3 more, late since" in response.content.decode()
    assert "Fresh" in str(groups(response))
    unfolded = client.get(f"{QUEUE}?show=late")
    assert groups(unfolded) == {"Late": [f"D{days}" for days in range(11, 0, -1)]}
    assert [view["count"] for view in unfolded.context["views"]][:2] == [12, 11]


def test_a_group_goes_on_by_key(client, agreement, rep, now, monkeypatch):
    monkeypatch.setattr(desk, "PAGE", 2)
    for number in range(5):
        handed_over(
            agreement, at=now - timedelta(hours=9, minutes=number // 2), to=rep, first_name=str(number)
        )
    log_in(client, rep)
    seen, after = [], ""
    while True:
        response = client.get(f"{QUEUE}?show=late&after={after}")
        seen += [row.lead.first_name for row in response.context["rows"]]
        after = response.context["next"]
        if not after:
            break
    assert seen == ["4", "2", "3", "0", "1"]


@pytest.mark.parametrize(
    ("words", "seconds"),
    [("59 min", 3540), ("3 h 10 min", 11_400), ("71 h 59 min", 259_199), ("3 days", 259_200)],
)
def test_lateness_in_words(words, seconds):
    assert lateness(seconds) == words


MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)  # 11:00 in Copenhagen, open until 17:00


@pytest.mark.parametrize(
    ("hours", "heading"),
    [
        ({"window_seconds": 2 * 3600}, "Before 17:00 today"),
        ({"window_seconds": 9 * 3600, "hours": "elapsed"}, "Today"),
        ({"window_seconds": 8 * 3600}, "Tuesday"),
        ({"window_seconds": 24 * 3600}, "Thursday"),
    ],
)
def test_days_are_called_as_people_call_them(rep, hours, heading):
    agreement = signed_agreement(window=hours, starts_on=LONG_AGO)
    handed_over(agreement, at=MONDAY, to=rep)
    found = desk.read(rep, MONDAY + timedelta(minutes=1), desk.Wish())
    assert [group.heading for group in found.groups] == [heading]
    assert found.opening == "Open until 17:00."


@pytest.mark.parametrize(
    ("minutes", "group", "left"),
    [
        (119, "today", "1 min left"),
        (120, "today", "0 min left"),
        (121, "late", "1 min late"),
    ],
)
def test_a_clock_is_late_only_past_its_deadline(rep, minutes, group, left):
    agreement = signed_agreement(window={"window_seconds": 2 * 3600}, starts_on=LONG_AGO)
    handed_over(agreement, at=MONDAY, to=rep)
    found = desk.read(rep, MONDAY + timedelta(minutes=minutes), desk.Wish())
    assert [(each.key, each.rows[0].left) for each in found.groups] == [(group, left)]


def test_the_empty_queue_says_when_the_next_clock_can_start(client, rep):
    signed_agreement(starts_on=LONG_AGO)
    html = log_in(client, rep).get(QUEUE).content.decode()
    assert "Everything of yours is followed up." in html


# --- Whose -----------------------------------------------------------------------------------------


def test_a_rep_sees_their_own_and_the_unassigned(client, agreement, rep, now):
    handed_over(agreement, at=now, to=rep, first_name="Mine")
    handed_over(agreement, at=now, first_name="Free")
    theirs = handed_over(agreement, at=now, to=raj(), first_name="Of Raj")
    response = log_in(client, rep).get(f"{QUEUE}?holder={theirs.lead.owner_id}")
    assert groups(response) == {}
    assert sorted(everybody(client.get(QUEUE))) == ["Free", "Mine"]
    assert b"q-assign" not in response.content


def test_a_manager_narrows_to_a_holder_and_assigns_from_the_row(client, agreement, rep, now):
    mine = handed_over(agreement, at=now, to=rep, first_name="Of Rita")
    handed_over(agreement, at=now, first_name="Free")
    log_in(client, sales_manager())
    assert everybody(client.get(f"{QUEUE}?holder={rep.pk}")) == ["Of Rita"]
    assert everybody(client.get(f"{QUEUE}?holder=nobody")) == ["Free"]
    form = part(client, "panel", f"{QUEUE}?lead={mine.lead_id}&do=assign").content.decode()
    assert "Who is to hold it" in form
    other = raj()
    assert press(client, mine.lead_id, action="assign", to=other.pk).status_code == 302
    mine.lead.refresh_from_db()
    assert mine.lead.owner == other


@pytest.mark.parametrize("holder", ["x", "-1", "9" * 30])
def test_a_holder_nobody_knows_is_told(client, agreement, holder):
    response = log_in(client, sales_manager()).get(f"{QUEUE}?holder={holder}")
    assert response.status_code == 200
    assert "Here is everybody’s queue" in response.content.decode()


@pytest.mark.parametrize("person", [mia, vic])
def test_others_read_it_but_get_no_form(client, agreement, rep, now, person):
    handoff = handed_over(agreement, at=now, to=rep)
    html = log_in(client, person()).get(f"{QUEUE}?lead={handoff.lead_id}").content.decode()
    assert 'name="outcome"' not in html
    assert 'name="action" value="accept"' not in html


@pytest.mark.parametrize("person", [mia, vic, raj])
@pytest.mark.parametrize("action", ["log", "accept", "reject", "pause", "assign", "resume"])
def test_a_forged_press_is_refused_with_and_without_htmx(client, agreement, rep, now, person, action):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, person())
    before = Entry.objects.count()
    for htmx in (False, True):
        answer = press(client, handoff.lead_id, htmx, action=action, kind="call", outcome="sent", to="")
        assert answer.status_code == 403
    assert Entry.objects.count() == before


@pytest.mark.parametrize("target", ["queue-list", "panel", "desk"])
def test_parts_are_closed_to_strangers(client, agreement, target):
    assert part(client, target).status_code == 302


# --- Logging ---------------------------------------------------------------------------------------


def test_one_press_logs_and_the_toast_undoes_it(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep, first_name="Emil", last_name="Sand")
    log_in(client, rep)
    assert (
        press(client, handoff.lead_id, action="log", kind="call", outcome="no_answer").headers["Location"]
        == QUEUE
    )
    assert Clock.objects.get(pk=handoff.pk).outcome == "met"
    page = client.get(QUEUE)
    assert undo_text(page) == "Logged: no answer, Emil Sand"
    assert re.search(r"Undo<span[^>]*>, (60|59|58) s", page.content.decode())
    entry = Entry.objects.follow_ups().get()
    press(client, handoff.lead_id, action="take_back", entry=entry.pk)
    entry.refresh_from_db()
    assert entry.retracted_at is not None
    assert Clock.objects.get(pk=handoff.pk).outcome == ""
    assert undo_text(client.get(QUEUE)) == ""


def test_the_toast_is_gone_after_a_minute(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now - timedelta(hours=1), to=rep)
    log_in(client, rep)
    press(client, handoff.lead_id, action="log", kind="call", outcome="no_answer")
    session = client.session
    session["undo_follow_up"] = session["undo_follow_up"] | {"at": int(now.timestamp()) - 61}
    session.save()
    assert undo_text(client.get(QUEUE)) == ""


def test_htmx_gets_the_desk_with_the_next_lead_selected(client, agreement, rep, now):
    first = handed_over(agreement, at=now - timedelta(minutes=2), to=rep, first_name="First")
    second = handed_over(agreement, at=now - timedelta(minutes=1), to=rep, first_name="Second")
    third = handed_over(agreement, at=now, to=rep, first_name="Third")
    log_in(client, rep)
    panel = part(client, "panel", f"{QUEUE}?lead={second.lead_id}").content.decode()
    assert f'name="then" value="{third.lead_id}"' in panel
    answer = press(
        client, second.lead_id, True, action="log", kind="call", outcome="no_answer", then=third.lead_id
    )
    html = answer.content.decode()
    assert "<html" not in html
    assert undo_text(answer) == f"Logged: no answer, {second.lead}"
    assert f'id="panel" aria-label="Follow up {third.lead}"' in html
    assert f'id="q-{first.lead_id}"' in html


def test_the_same_press_twice_counts_once(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep)
    log_in(client, rep)
    for _ in range(2):
        press(client, handoff.lead_id, action="log", kind="call", outcome="sent", click="abc")
    assert Entry.objects.follow_ups().count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"action": "log", "kind": "call"}, "Say how it went"),
        ({"action": "log", "kind": "pigeon", "outcome": "sent"}, "Choose what you did"),
        ({"action": "log", "kind": "call", "outcome": "sent", "when": "2999-01-01T10:00"}, "in the future"),
        ({"action": "reject"}, "Choose a reason."),
        ({"action": "pause", "reason": "wrong_contact_data"}, "Choose who sees to it."),
        ({"action": "reject", "reason": "bored"}, "Choose a reason of the list."),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_what_is_wrong_is_told_in_the_panel_and_kept_as_typed(
    client, agreement, rep, now, fields, sentence, htmx
):
    handoff = handed_over(agreement, at=now, to=rep)
    response = press(log_in(client, rep), handoff.lead_id, htmx, note="as typed", **fields)
    assert response.status_code == 422
    html = response.content.decode()
    assert sentence in html
    assert "as typed" in html
    assert f'data-lead="{handoff.lead_id}"' in html
    assert not Entry.objects.filter(type__in=["follow_up", "rejected", "paused"]).exists()


@pytest.mark.parametrize("lead_id", ["", "x", "999999", "1" * 30])
def test_a_press_on_no_lead_is_404(client, agreement, rep, lead_id):
    assert press(log_in(client, rep), lead_id, action="log").status_code == 404


def test_a_forged_press_without_a_token_is_refused(agreement, rep, now):
    strict = Client(enforce_csrf_checks=True)
    handoff = handed_over(agreement, at=now, to=rep)
    strict.force_login(rep)
    assert press(strict, handoff.lead_id, action="log", kind="call", outcome="sent").status_code == 403


def test_a_lead_that_is_done_still_opens(client, agreement, rep, now):
    handoff = handed_over(agreement, at=now, to=rep, first_name="Done")
    log_follow_up(handoff.lead, by=rep, now=now, kind="call", outcome="connected")
    html = log_in(client, rep).get(f"{QUEUE}?lead={handoff.lead_id}").content.decode()
    assert "Follow up Done" in html


# --- Staying right ---------------------------------------------------------------------------------


def seen_of(html):
    return re.search(r'"seen":"(\w+)"', html)[1]


def test_the_list_answers_204_until_something_changes(client, agreement, rep, now):
    ours = handed_over(agreement, at=now - timedelta(hours=9), to=rep, first_name="Ours")
    late = handed_over(agreement, at=now - timedelta(hours=5), first_name="Free")
    log_in(client, rep)
    # Two polls in one minute: the words do not change meanwhile.
    address = f"{QUEUE}?lead={ours.lead_id}"
    first = part(client, "queue-list", address).content.decode()
    again = part(client, "queue-list", f"{address}&seen={seen_of(first)}")
    if again.status_code == 200:  # a minute began in between
        first = again.content.decode()
        again = part(client, "queue-list", f"{address}&seen={seen_of(first)}")
    assert again.status_code == 204
    other = raj()
    log_follow_up(late.lead, by=other, now=this_second(), kind="call")
    changed = part(client, "queue-list", f"{address}&seen={seen_of(first)}")
    assert changed.status_code == 200
    html = changed.content.decode()
    assert "Free" not in html
    assert 'id="panel-state" hx-swap-oob="true"' in html
    assert 'name="note"' not in html  # what is being typed stays


def test_parts_and_page_are_told_apart_by_caches(client, agreement, rep):
    assert "HX-Request" in log_in(client, rep).get(QUEUE).headers["Vary"]


def test_each_hx_get_of_a_link_is_its_href(client, agreement, rep, now):
    handed_over(agreement, at=now, to=rep)
    html = log_in(client, sales_manager()).get(QUEUE).content.decode()
    links = re.findall(r"<a [^>]*hx-get=[^>]*>", html)
    assert links
    for link in links:
        assert re.search(r' href="([^"]*)"', link)[1] == re.search(r'hx-get="([^"]*)"', link)[1]


@pytest.mark.parametrize("person", [rita, sales_manager, vic])
def test_the_queue_asks_the_same_few_queries(client, deep, now, person, django_assert_max_num_queries):
    reader = person()
    holder = reader if person is rita else rita()
    log_in(client, reader)
    counts = []
    for rows in (3, 30):
        while Clock.objects.count() < rows:
            handoff = handed_over(deep, at=now, to=holder, campaign="Spring fair")
            if Clock.objects.count() % 3 == 0:
                log_follow_up(handoff.lead, by=holder, now=now, kind="call", outcome="no_answer")
        address = f"{QUEUE}?lead={handoff.lead_id}"
        with django_assert_max_num_queries(6) as asked:
            client.get(address)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_very_long_names_do_not_break_the_page(client, agreement, rep, now):
    handed_over(agreement, at=now, to=rep, first_name="Ö" * 150, last_name="<b>x", company="&" * 200)
    html = log_in(client, rep).get(QUEUE).content.decode()
    assert "Ö" * 150 in html
    assert "<b>x" not in html
