"""The sections of scope and of reports: dates, name, which leads, handing over, report and meeting."""

from datetime import UTC, date, datetime

import pytest

from slas.models import Agreement, Version
from slas.services.drafting import create_agreement, draft_next, write_draft
from slas.tests.editing import fields, post, typed
from slas.tests.factories import draft_content, marketing_manager, signed_agreement, signed_version
from slas.tests.test_editor import words_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
RULE = {
    "scope-leads": "rule",
    "scope-rule-how": "all",
    "scope-rule-0-what": "country",
    "scope-rule-0-op": "in",
    "scope-rule-0-value": "Denmark, Sweden",
}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draft():
    agreement = signed_agreement(
        name="Inbound Nordics", now=datetime(2025, 12, 1, tzinfo=UTC), ends_on=date(2027, 6, 30)
    )
    return draft_next(agreement, by=marketing_manager(), now=NOW)


@pytest.fixture
def as_mona(client, draft):
    client.force_login(marketing_manager())
    return client


@pytest.fixture
def first(client):
    """A first version, of which nothing was frozen yet."""
    other = create_agreement("inbound", "Inbound", now=NOW)
    version = write_draft(other, draft_content(), now=NOW, starts_on=date(2026, 9, 1))
    client.force_login(marketing_manager())
    return version


FIRST = "/slas/inbound/1/edit/"


def test_every_field_is_stored(as_mona, draft):
    changes = {
        "scope-starts_on": "2026-09-01",
        "scope-ends_on": "2027-12-31",
        "scope-review_on": "2027-03-01",
        "scope-handoff_stage": "sql",
        "scope-hand_over_by_itself": "on",
        "scope-currency": "dkk",
    }
    assert post(as_mona, "scope", changes).status_code == 302
    draft.refresh_from_db()
    assert (draft.starts_on, draft.ends_on) == (date(2026, 9, 1), date(2027, 12, 31))
    assert draft.review_on == date(2027, 3, 1)
    assert (draft.handoff_stage, draft.hand_over_by_itself, draft.currency) == ("sql", True, "DKK")


def test_a_box_that_is_not_ticked_says_no(as_mona, draft):
    Version.objects.filter(pk=draft.pk).update(hand_over_by_itself=True)
    sent = fields(as_mona, "scope")
    del sent["scope-hand_over_by_itself"]
    as_mona.post("/slas/inbound/2/edit/scope/", sent)
    draft.refresh_from_db()
    assert not draft.hand_over_by_itself


def test_which_leads(as_mona, draft):
    def leads():
        draft.refresh_from_db()
        return draft.by_name_only, draft.scope

    post(as_mona, "scope", {"scope-leads": "name"})
    assert leads() == (True, None)
    answer = post(as_mona, "scope", RULE, htmx=True)
    assert answer.status_code == 200, words_of(answer)
    assert leads()[0] is False
    assert leads()[1] == {"all": [{"field": "country", "op": "in", "value": ["Denmark", "Sweden"]}]}
    assert "It is for every lead that is in Denmark or Sweden" in words_of(answer)
    post(as_mona, "scope", {"scope-leads": "all"})
    assert leads() == (False, None)


def test_choosing_conditions_asks_for_them_without_a_word_of_blame(as_mona, draft):
    answer = post(as_mona, "scope", {"scope-leads": "rule", "do": "draw"}, htmx=True)
    assert answer.status_code == 200
    assert "scope-rule-0-what" in typed(answer, "scope")
    assert "to mend" not in words_of(answer)


def test_conditions_are_added_without_losing_what_was_typed(as_mona, draft):
    answer = post(as_mona, "scope", RULE | {"scope-currency": "SEK", "do": "scope-rule:add"}, htmx=True)
    sent = typed(answer, "scope")
    assert (sent["scope-currency"], sent["scope-rule-0-value"]) == ("SEK", "Denmark, Sweden")
    assert "scope-rule-1-what" in sent


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"scope-starts_on": ""}, "Choose the day on which it starts."),
        ({"scope-starts_on": "soon"}, "is no date"),
        ({"scope-starts_on": "9999-12-31"}, "9999"),
        ({"scope-starts_on": "2026-07-14"}, "starts on 14 July 2026, which is past. Move its start to today"),
        ({"scope-ends_on": "2026-07-01"}, "The end comes before the start."),
        ({"scope-ends_on": "2036-07-16"}, "The term is longer than 10 years."),
        ({"scope-review_on": "2026-07-01"}, "The review comes before the start."),
        ({"scope-review_on": "2027-07-01"}, "The review comes after the end."),
        ({"scope-currency": "EU"}, "“EU” is no currency."),
        ({"scope-currency": "EURO"}, "A currency has three letters, such as EUR."),
        ({"scope-currency": ""}, "Enter the currency that money is promised in, such as EUR."),
        ({"scope-handoff_stage": "lead"}, "“lead” is no stage for that."),
        ({"scope-leads": "none"}, "“none” is none of these."),
        ({"scope-leads": ""}, "Choose which leads it is for."),
        ({"scope-leads": "rule"}, "condition"),
        (RULE | {"scope-rule-0-value": ""}, "Condition 1"),
        (
            RULE | {"scope-rule-1-what": "country", "scope-rule-1-op": "in", "scope-rule-1-value": "Norway"},
            "No lead can match",
        ),
    ],
)
def test_what_can_not_be_is_said_at_its_field(as_mona, draft, change, sentence):
    answer = post(as_mona, "scope", {"scope-currency": "CHF"} | change)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    draft.refresh_from_db()
    assert (draft.currency, draft.edition) == ("EUR", 0)


def test_it_starts_after_what_is_signed_already(as_mona, draft):
    Version.objects.filter(pk=draft.pk).update(status="withdrawn")
    signed_version(Agreement.objects.get(), starts_on=date(2026, 9, 1), now=NOW)
    draft_next(Agreement.objects.get(), by=marketing_manager(), now=NOW)
    answer = post(as_mona, "scope", {"scope-starts_on": "2026-08-01"}, edit="/slas/inbound/4/edit/")
    assert answer.status_code == 422
    assert "Version 3 is signed and starts on 1 September 2026. Start version 4 after" in words_of(answer)


def test_today_is_not_past(as_mona, draft):
    assert post(as_mona, "scope", {"scope-starts_on": "2026-07-15"}).status_code == 302


def test_the_name_is_fixed_once_a_text_was_frozen(as_mona, draft):
    page = as_mona.get("/slas/inbound/2/edit/scope/")
    assert "scope-name" not in typed(page, "scope")
    assert post(as_mona, "scope", {"scope-name": "Another"}).status_code == 302
    assert Agreement.objects.get().name == "Inbound Nordics"


def test_before_that_it_can_be_changed(client, first):
    assert post(client, "scope", {"scope-name": "  Inbound Nordics "}, edit=FIRST).status_code == 302
    assert Agreement.objects.get().name == "Inbound Nordics"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("", "Give the agreement a name."), ("x" * 201, "The name has 201 letters. Shorten it to 200.")],
)
def test_a_name_that_can_not_be(client, first, name, sentence):
    answer = post(client, "scope", {"scope-name": name}, edit=FIRST)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert Agreement.objects.get().name == "Inbound"


def test_a_name_of_200_letters(client, first):
    assert post(client, "scope", {"scope-name": "ø" * 200}, edit=FIRST).status_code == 302
    for url in (FIRST, "/slas/inbound/1/", "/slas/"):
        assert client.get(url).status_code == 200


def test_until_when_it_holds_is_asked_for(client, first):
    assert "Say until when it holds, or when both sides review it." in words_of(client.get(FIRST))
    post(client, "scope", {"scope-review_on": "2026-12-01"}, edit=FIRST)
    assert "Say until when" not in words_of(client.get(FIRST))


# --- Reports and meeting ---------------------------------------------------------------------


def test_report_and_meeting_are_stored(as_mona, draft):
    changes = {"report_weekday": "4", "report_hour": "15", "meeting_weekday": "1", "meeting_hour": "9"}
    answer = post(
        as_mona, "reports", {f"reports-{name}": value for name, value in changes.items()}, htmx=True
    )
    draft.refresh_from_db()
    assert (draft.report_weekday, draft.report_hour) == (4, 15)
    assert (draft.meeting_weekday, draft.meeting_hour) == (1, 9)
    assert "Both teams meet every Tuesday at 9:00." in words_of(answer)
    post(as_mona, "reports", {"reports-meeting_weekday": ""})
    draft.refresh_from_db()
    assert (draft.meeting_weekday, draft.meeting_hour) == (None, None)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"reports-report_hour": "24"}, "“24” is no hour of the list."),
        ({"reports-report_weekday": "7"}, "“7” is no weekday of the list."),
        ({"reports-meeting_weekday": "x"}, "“x” is no weekday of the list."),
        ({"reports-meeting_weekday": "2", "reports-meeting_hour": ""}, "Choose the hour of the meeting"),
    ],
)
def test_no_such_hour(as_mona, draft, change, sentence):
    answer = post(as_mona, "reports", change)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    draft.refresh_from_db()
    assert draft.edition == 0
