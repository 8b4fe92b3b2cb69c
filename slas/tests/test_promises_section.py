"""The section of promises: what is stored, what can't be, order, pairs, and what each still lacks."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from slas.models import Commitment, Window
from slas.rules.fitting import unfit_scope, unfit_side
from slas.rules.metrics import METRICS
from slas.services.drafting import draft_next
from slas.tests.editing import fields, post, send, typed
from slas.tests.factories import marketing_manager, signed_agreement
from slas.tests.test_editor import words_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 7, 15, 10, tzinfo=UTC)
NEW = {
    "promise-3-key": "promise-1",
    "promise-3-side": "marketing",
    "promise-3-metric": "leads",
    "promise-3-at_least": "True",
    "promise-3-value": "400",
    "promise-3-period": "quarter",
    "promise-3-who": "source",
    "promise-3-which": "Demo request",
    "promise-3-mirrors": "customers",
    "promise-3-achievable": "It was 390.",
    "promise-3-relevant": "They close best.",
}


@pytest.fixture(autouse=True)
def _now(time_machine):
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def draft():
    agreement = signed_agreement(now=datetime(2025, 12, 1, tzinfo=UTC), ends_on=date(2027, 6, 30))
    return draft_next(agreement, by=marketing_manager(), now=NOW)


@pytest.fixture
def as_mona(client, draft):
    client.force_login(marketing_manager())
    return client


def stored(draft) -> list[str]:
    return list(draft.commitments.values_list("key", flat=True))


# --- What is stored --------------------------------------------------------------------------


def test_as_many_promises_as_fit_are_read_in_one_go(as_mona, draft):
    many = {
        name.replace("-3-", f"-{place}-"): value for place in range(3, 100) for name, value in NEW.items()
    }
    many |= {f"promise-{place}-which": f"Source {place}" for place in range(3, 100)}
    many |= {f"promise-{place}-key": f"promise-{place}" for place in range(3, 100)}
    assert len(many) > 1_000
    assert post(as_mona, "promises", many).status_code == 302
    assert draft.commitments.count() == 100


def test_every_field_of_a_new_promise_is_stored(as_mona, draft):
    assert post(as_mona, "promises", NEW).status_code == 302
    row = draft.commitments.get(key="promise-1")
    assert (row.side, row.metric, row.at_least, row.value) == ("marketing", "leads", True, Decimal(400))
    assert (row.period, row.scope_field, row.scope_value) == ("quarter", "source", "Demo request")
    assert (row.achievable, row.relevant, row.mirrors.key) == ("It was 390.", "They close best.", "customers")
    assert row.position == 3


def test_a_promise_for_a_window_and_for_a_campaign(as_mona, draft):
    changes = {"promise-1-who": "tier:all", "promise-2-who": "campaign", "promise-2-which": " Fair "}
    post(as_mona, "promises", changes)
    rows = {row.key: (row.scope_field, row.scope_value) for row in draft.commitments.all()}
    assert rows == {"mqls": ("", ""), "speed": ("tier", "all"), "customers": ("campaign", "Fair")}


@pytest.mark.parametrize(
    ("metric", "shown", "value"),
    [
        ("depth_met_share", "92.5", "0.925"),
        ("first_follow_up_business_seconds_median", "4 h 30 min", "16200"),
        ("revenue", "12,500.50", "12500.5"),
        ("first_contact_to_won_days_median", "40.5", "40.5"),
        ("customers", "1,250", "1250"),
    ],
)
def test_a_value_is_typed_in_the_unit_of_its_metric(as_mona, draft, metric, shown, value):
    post(as_mona, "promises", {"promise-2-metric": metric, "promise-2-value": shown})
    assert draft.commitments.get(key="customers").value == Decimal(value)


def test_the_value_is_shown_as_it_is_typed(as_mona, draft):
    post(as_mona, "promises", {"promise-1-value": "92.5"})
    assert fields(as_mona, "promises")["promise-1-value"] == "92.5"


def test_another_metric_asks_in_another_unit_and_keeps_what_was_typed(as_mona, draft):
    changes = {"promise-2-metric": "opportunity_to_customer", "promise-2-value": "25", "do": "draw"}
    answer = post(as_mona, "promises", changes, htmx=True)
    assert '<span class="input-group-text">%</span>' in answer.content.decode()
    assert METRICS["opportunity_to_customer"].sentence in words_of(answer)
    assert typed(answer, "promises")["promise-2-value"] == "25"


# --- What can't be ---------------------------------------------------------------------------

BAD = [
    ({"promise-0-value": ""}, "Enter how much is promised."),
    ({"promise-0-value": "0"}, "0 can't be. Enter a number from 1 to 999,999,999."),
    ({"promise-0-value": "-5"}, "-5 can't be. Enter a number from 1"),
    ({"promise-0-value": "9999999999999"}, "Enter a number from 1 to 999,999,999."),
    ({"promise-0-value": "2.5"}, "2.5 is too exact. Enter a whole number."),
    ({"promise-0-value": "NaN"}, "“NaN” is no number."),
    ({"promise-1-value": "101"}, "101 can't be. Enter a number from 0.01 to 100 percent."),
    ({"promise-0-side": "finance"}, "“finance” is no side."),
    ({"promise-0-metric": "luck"}, "“luck” is nothing that is measured."),
    ({"promise-0-period": "day"}, "“day” is no period."),
    ({"promise-0-metric": "speed_met_share"}, "Marketing can’t keep “Followed up in time”"),
    ({"promise-2-metric": "leads"}, "Sales can’t keep “Leads”: it is up to Marketing."),
    ({"promise-0-metric": "visitors", "promise-0-who": "source"}, "counted as a whole. Choose all leads."),
    ({"promise-0-metric": "leads", "promise-0-who": "tier:all"}, "Only leads that were handed over have a"),
    ({"promise-0-who": "tier:gone"}, "This window is not there any more."),
    ({"promise-0-who": "source"}, "Name the source, as leads have it."),
    ({"promise-0-who": "campaign", "promise-0-which": "  "}, "Name the campaign, as leads have it."),
    ({"promise-0-which": "x" * 201, "promise-0-who": "source"}, "That is 201 letters. Keep at most 200."),
    ({"promise-0-achievable": "x" * 1001}, "That is 1001 letters. Keep at most 1,000."),
    ({"promise-0-mirrors": "mqls"}, "A promise can’t stand beside itself."),
    ({"promise-1-mirrors": "customers"}, "Both are promises of one side."),
    ({"promise-1-mirrors": "gone"}, "This promise is not there any more."),
    (
        {"promise-2-metric": "speed_met_share", "promise-2-value": "80"},
        "“Followed up in time” is promised twice. Change one of them, or remove it.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), BAD)
def test_what_can_not_be_is_said_at_its_field(as_mona, draft, change, sentence):
    answer = post(as_mona, "promises", {"promise-2-achievable": "Typed meanwhile."} | change)
    assert answer.status_code == 422
    assert sentence in words_of(answer)
    assert typed(answer, "promises")["promise-2-achievable"] == "Typed meanwhile."
    assert draft.commitments.get(key="customers").achievable != "Typed meanwhile."
    assert draft.steps.count() == 1


def test_two_equal_promises_of_other_leads_are_two(as_mona, draft):
    changes = {"promise-2-metric": "speed_met_share", "promise-2-value": "80", "promise-2-who": "tier:all"}
    assert post(as_mona, "promises", changes).status_code == 302


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_somebodys(metric):
    sides = [side for side in ("marketing", "sales") if not unfit_side(metric, side)]
    assert sides
    assert METRICS[metric].side in [*sides, "shared"]
    assert not unfit_side(metric, "shared")
    assert not unfit_scope(metric, "")


# --- Adding, removing, order -----------------------------------------------------------------


def test_what_was_only_added_is_not_stored_and_stops_nothing(as_mona, draft):
    answer = post(as_mona, "promises", {"do": "add-sales"}, htmx=True)
    sent = typed(answer, "promises")
    assert sent["promise-3-side"] == "sales"
    assert send(as_mona, "promises", sent | {"promise-0-value": "30"}, htmx=True).status_code == 200
    assert stored(draft) == ["mqls", "speed", "customers"]
    assert draft.commitments.get(key="mqls").value == 30
    sent |= {"promise-3-metric": "sqls", "promise-3-value": "8", "seen": "1"}
    assert send(as_mona, "promises", sent, htmx=True).status_code == 200
    assert stored(draft) == ["mqls", "speed", "customers", "promise-1"]


def test_a_pair_stands_side_by_side_once_both_are_said(as_mona, draft):
    sent = typed(post(as_mona, "promises", {"do": "add"}, htmx=True), "promises")
    sent |= {"promise-3-metric": "leads", "promise-3-value": "90"}
    send(as_mona, "promises", sent, htmx=True)
    assert draft.commitments.get(key="promise-1").mirrors is None
    sent |= {"promise-4-metric": "sqls", "promise-4-value": "8", "seen": "1"}
    send(as_mona, "promises", sent, htmx=True)
    assert draft.commitments.get(key="promise-1").mirrors.key == "promise-2"


def test_a_double_click_without_a_script_adds_one(as_mona, draft):
    sent = fields(as_mona, "promises") | {"do": "add-sales"}
    answers = [send(as_mona, "promises", sent) for _ in range(2)]
    assert "promise-4-key" not in typed(answers[1], "promises")
    assert stored(draft) == ["mqls", "speed", "customers"]


def test_a_double_click_on_remove_removes_one(as_mona, draft):
    sent = fields(as_mona, "promises") | {"do": "remove-1"}
    assert [send(as_mona, "promises", sent).status_code for _ in range(2)] == [200, 200]
    assert stored(draft) == ["mqls", "customers"]


def test_removing_one_takes_it_from_beside_the_others(as_mona, draft):
    post(as_mona, "promises", {"do": "remove-0", "promise-2-value": "7"})
    assert list(draft.commitments.values_list("key", "mirrors", "value")) == [
        ("speed", None, Decimal("0.9")),
        ("customers", None, 7),
    ]


def test_up_and_down_go_past_the_other_side(as_mona, draft):
    post(as_mona, "promises", {"do": "up-2"})
    assert stored(draft) == ["mqls", "customers", "speed"]
    post(as_mona, "promises", {"do": "down-0"})  # the only one of Marketing stays
    assert stored(draft) == ["mqls", "customers", "speed"]


def test_forty_promises(as_mona, draft):
    sent = fields(as_mona, "promises")
    for number in range(3, 40):
        sent |= {
            f"promise-{number}-{name}": value
            for name, value in {
                "key": f"p{number}", "side": "sales", "metric": "customers", "at_least": "True",
                "value": str(number), "period": "month", "who": "source", "which": f"Source {number}",
            }.items()
        }  # fmt: skip
    assert send(as_mona, "promises", sent).status_code == 302
    assert draft.commitments.count() == 40
    assert fields(as_mona, "promises")["promise-39-value"] == "39"


def test_more_than_are_kept_are_no_accident(as_mona, draft):
    sent = fields(as_mona, "promises") | {f"promise-{number}-key": "x" for number in range(3, 300)}
    assert send(as_mona, "promises", sent).status_code in (302, 422)


@pytest.mark.parametrize("key", ["", "mqls", "A b", "x" * 200, "../x", "speed"])
def test_a_made_up_key_gets_one_of_its_own(as_mona, draft, key):
    assert post(as_mona, "promises", NEW | {"promise-3-key": key}).status_code == 302
    assert len(set(stored(draft))) == 4


# --- What is missing -------------------------------------------------------------------------


def test_the_letter_that_is_missing_is_boxed_and_said(as_mona, draft):
    Commitment.objects.filter(version=draft, key="mqls").update(relevant="")
    page = as_mona.get("/slas/inbound/2/edit/promises/")
    assert '<span class="lack">R</span>' in page.content.decode()
    assert 'aria-label="S.M.A.R.T.: missing: relevant"' in page.content.decode()
    assert "say why it matters to Sales" in words_of(page)


def test_a_window_that_went_is_said_and_stops_the_proposal(as_mona, draft):
    draft.commitments.filter(key="speed").update(scope_field="tier", scope_value="hot")
    page = words_of(as_mona.get("/slas/inbound/2/edit/promises/"))
    assert "A promise is for the window “hot”, which is not there." in page
    assert "the window “hot”, which is not there" in page
    answer = as_mona.post("/slas/inbound/2/propose/", {"seen": "0"}, follow=True)
    assert "A promise is for the window “hot”, which is not there." in words_of(answer)


def test_queries_do_not_grow(as_mona, draft, django_assert_max_num_queries):
    def count(sent):
        with django_assert_max_num_queries(100) as queries:
            assert send(as_mona, "promises", sent, htmx=True).status_code == 200
        return len(queries)

    before = count(fields(as_mona, "promises") | {"promise-0-value": "21"})
    for number in range(20):
        Window.objects.create(
            version=draft, key=f"w{number}", name=f"W {number}", window_seconds=3600, position=9
        )
        Commitment.objects.create(version=draft, key=f"p{number}", side="sales", metric="customers", value=1,
                                  scope_field="tier", scope_value=f"w{number}")  # fmt: skip
    sent = fields(as_mona, "promises") | {"promise-0-value": "22"}
    assert count(sent) <= before
