"""The lead's page on why it qualifies: conditions, the score line by line, what it did, where it belongs."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from leads.models import Behaviour
from leads.services.behaviour import record_behaviour
from leads.services.intake import edit_lead
from leads.services.pipeline import hand_over
from leads.tests.factories import lead
from leads.why import why_of
from slas.tests.factories import marketing_manager, signed_agreement, signed_version
from smarketing.accounts.tests.factories import mia, raj, rita, vic
from smarketing.now import this_second

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
DANISH = {"field": "country", "op": "in", "value": ["Denmark", "Sweden"]}
DEMO = {"did": "demo_requested", "times": 1, "days": 90}
RULE = {"all": [DANISH, {"any": [DEMO, {"score": "total", "at_least": 60}]}]}
SCORES = [
    {"key": "danish", "kind": "fit", "points": 8, "when": {"all": [DANISH]}},
    {"key": "demo", "kind": "behaviour", "points": 40, "did": "demo_requested"},
    {
        "key": "guide",
        "kind": "behaviour",
        "points": 8,
        "did": "download",
        "fades": "halves",
        "days": 14,
    },
]
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC).date()


def an_agreement(**more):
    return signed_agreement(rules={"mql": {"rule": RULE}}, score_rules=SCORES, starts_on=LONG_AGO, **more)


def why(given, reader, now=NOW):
    behaviour = [each for each in given.behaviour.all() if each.retracted_at is None]
    return why_of(given, behaviour, given.handoffs.order_by("-at").first(), reader, now)


def answers(found):
    return [(each.result, each.title, each.value, each.is_inner, each.fill) for each in found.answers]


def test_each_condition_says_how_it_stands_and_what_the_lead_says():
    marketer = mia()
    given = lead(an_agreement(), at=NOW, by=marketer)
    found = why(given, marketer)
    assert found.sentence == "Not yet. The country is unknown and 60 points are missing."
    assert answers(found) == [
        ("unknown", "Country is one of Denmark and Sweden", "the country is unknown", False, "country"),
        ("failed", "Any of these:", "", False, ""),
        ("failed", "Asked for a demo in the last 90 days", "never did", True, ""),
        ("failed", "At least 60 points", "has 0", True, ""),
    ]
    edit_lead(given, by=marketer, now=NOW, country="Sweden")
    record_behaviour(given, "demo_requested", by=marketer, now=NOW)
    found = why(given, marketer)
    assert found.met
    assert (
        found.sentence
        == "Qualifies: the country is Sweden and the last demo request was less than a day ago."
    )


def test_the_score_is_the_sum_of_its_lines_now_and_at_the_handoff():
    marketer = mia()
    given = lead(an_agreement(), at=NOW - 20 * DAY, by=marketer, country="Denmark")
    record_behaviour(given, "download", by=marketer, now=NOW - 20 * DAY)
    hand_over(given, by=marketing_manager(), now=NOW - 10 * DAY)
    record_behaviour(given, "demo_requested", by=marketer, now=NOW)
    edit_lead(given, by=marketer, now=NOW, country="Norway")
    found = why(given, marketer)
    assert [
        (block.title, block.now, block.then, [tuple(row) for row in block.rows]) for block in found.blocks
    ] == [
        ("Who they are", 0, 8, [("Country is one of Denmark and Sweden", "", 0, 8)]),
        (
            *("What they did", 44, 8),
            [
                ("Asked for a demo, 20 Nov", "", 40, 0),
                ("Downloaded a guide, 31 Oct", "8, halved every 14 days", 4, 8),
            ],
        ),
    ]
    assert (found.now, found.then, found.then_is) == (44, 16, "at the handoff")
    for place in ("now", "then"):
        assert getattr(found, place) == sum(getattr(row, place) for b in found.blocks for row in b.rows)


def test_the_score_that_made_it_an_mql_is_shown_where_nothing_gave_points_at_the_handoff():
    marketer = mia()
    agreement = signed_agreement(starts_on=LONG_AGO)
    given = lead(agreement, at=NOW - 20 * DAY, by=marketer, country="Denmark")
    record_behaviour(given, "download", by=marketer, now=NOW - 20 * DAY)
    hand_over(given, by=marketing_manager(), now=NOW - 20 * DAY)
    signed_version(agreement, starts_on=NOW.date() - DAY, rules={"mql": {"rule": RULE}}, score_rules=SCORES)
    found = why(given, marketer)
    assert (found.now, found.then, found.then_is) == (12, 16, "then")


def test_two_at_one_instant_are_two_lines():
    marketer = mia()
    given = lead(an_agreement(), at=NOW, by=marketer)
    for detail in ("Routes", "Loads"):
        record_behaviour(given, "download", by=marketer, now=NOW, detail=detail)
    assert [row.now for row in why(given, marketer).blocks[1].rows] == [8, 8]
    assert why(given, marketer).gave == {("download", NOW): 8}


def test_once_accepted_it_is_the_definition_of_an_sql_that_counts():
    rules = {"mql": {"rule": RULE}, "sql": {"rule": {"all": [DANISH]}}}
    marketer = mia()
    given = lead(signed_agreement(rules=rules), at=NOW, by=marketer)
    assert why(given, marketer).stage == "an MQL"
    given.stage = "accepted"
    assert why(given, marketer).stage == "an SQL"


def test_of_an_mql_it_is_said_whether_it_was_one_when_it_became_one():
    marketer = mia()
    given = lead(an_agreement(), at=NOW, by=marketer, country="Denmark")
    hand_over(given, by=marketing_manager(), now=NOW)
    record_behaviour(given, "demo_requested", by=marketer, now=NOW + DAY)
    found = why(given, marketer, NOW + DAY)
    assert found.sentence == "When it became an MQL, it did not meet the definition: 52 points are missing."
    assert (found.met, found.arrived, found.now) == (False, True, 48)
    record_behaviour(given, "demo_requested", by=marketer, now=NOW + DAY, at=NOW - DAY)
    found = why(given, marketer, NOW + 200 * DAY)
    assert found.sentence == (
        "It qualified when it became an MQL: the country is Denmark and the last demo request was 1 day ago."
    )
    given.stage = "recycled"
    assert (
        why(given, marketer, NOW + 200 * DAY).sentence
        == "Qualifies: the country is Denmark and the score is 88."
    )


# --- On the page -----------------------------------------------------------------------------


@pytest.fixture
def marketer(db):
    return mia()


def page_of(client, given, person):
    client.force_login(person)
    return client.get(f"/leads/{given.pk}/").content.decode()


def test_the_page_is_quiet_where_the_agreement_asks_for_nothing(client, marketer):
    given = lead(signed_agreement(starts_on=LONG_AGO), at=this_second(), by=marketer)
    html = page_of(client, given, marketer)
    assert 'id="why"' not in html
    assert 'id="did"' in html


def test_the_page_shows_it_all_and_what_is_unknown_can_be_filled_in(client, marketer):
    given = lead(an_agreement(), at=this_second(), by=marketer, industry="Haulage", employees=1200)
    html = page_of(client, given, marketer)
    assert "Berg &amp; Co, Haulage, 1,200 people" in html
    assert f'href="/leads/{given.pk}/edit/#id_country">fill in</a>' in html
    assert 'Inbound</a>. <span class="muted">Mia Holm named it.</span>' in html
    assert "If it is handed over now:" in html
    given.agreement_why = "Inbound takes it: the country is DK."
    given.save(update_fields=["agreement_why"])
    assert '<span class="muted">which takes it: the country is DK.</span>' in page_of(client, given, marketer)
    seen = page_of(client, given, vic())
    assert "Does it qualify?" in seen
    assert "fill in</a>" not in seen
    assert 'id="did"' not in seen


def test_the_page_asks_as_much_of_30_events_as_of_3(client, marketer):
    client.force_login(marketer)
    counts = []
    given = lead(an_agreement(), at=this_second() - DAY, by=marketer)
    for number in (3, 30):
        for n in range(number):
            record_behaviour(given, "download", by=marketer, now=this_second(), detail=f"{number} {n}")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(f"/leads/{given.pk}/")
        counts.append(len(queries))
    assert counts[0] == counts[1]


def recorded(client, given, person, **fields):
    client.force_login(person)
    body = {"action": "record_behaviour", "kind": "webinar", "when": "", "detail": "", "click": ""} | fields
    return client.post(f"/leads/{given.pk}/", body)


def test_what_they_did_is_recorded_shown_and_undone(client, marketer):
    given = lead(an_agreement(), at=this_second() - DAY, by=marketer)
    assert (
        recorded(client, given, marketer, kind="demo_requested", detail="40 trucks", click="a").status_code
        == 302
    )
    answer = client.get(f"/leads/{given.pk}/")
    html = answer.content.decode()
    assert "Asked for a demo. <b>+40</b>" in html
    assert "“40 trucks”, told by Mia Holm" in html
    assert "Recorded: asked for a demo, Anna" in html
    assert {"key": "did", "label": "They did", "count": 1} in answer.context["tale_views"]
    undo = {"action": "take_back_behaviour", "entry": given.behaviour.get().pk}
    assert client.post(f"/leads/{given.pk}/", undo).status_code == 302
    assert given.behaviour.get().retracted_at is not None
    assert "<s>Asked for a demo.</s>" in client.get(f"/leads/{given.pk}/").content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"kind": ""}, "Choose what they did."),
        ({"kind": "sneezed"}, "Choose one of the list."),
        ({"when": "2999-01-01T10:00"}, "What a lead did can’t lie in the future"),
        ({"when": "9999-12-31T23:59"}, "You wrote the year 9999. Check the year."),
        ({"when": "soon"}, "This is no time."),
        ({"detail": "x" * 301}, "At most 300 characters fit; you wrote 301."),
    ],
)
def test_what_is_typed_wrong_comes_back_with_a_sentence(client, marketer, fields, sentence):
    given = lead(an_agreement(), at=this_second() - DAY, by=marketer)
    answer = recorded(client, given, marketer, **fields)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Behaviour.objects.exists()


def test_a_rep_records_on_own_leads_only(client):
    rep = rita()
    hers = lead(an_agreement(), at=this_second() - DAY, by=rep)
    assert recorded(client, hers, rep).status_code == 302
    for person in (raj(), vic()):
        assert recorded(client, hers, person).status_code == 403
    assert Behaviour.objects.count() == 1
