"""What rows become: leads, their journal, their handoffs and clocks; and the same rows again."""

import datetime as dt
from decimal import Decimal

import pytest

from leads.models import Clock, Entry, Handoff, ImportBatch, Lead
from leads.services.clocks import drift_of_everything
from slas.tests.factories import signed_agreement, signed_version
from smarketing.accounts.tests.factories import raj, rita

from .import_helpers import NOW, end_state, rows_in_all_tables, take_in, utc

pytestmark = pytest.mark.django_db


@pytest.fixture
def agreement():
    return signed_agreement(starts_on=dt.date(2018, 1, 1))


@pytest.fixture(autouse=True)
def nothing_drifts(db):
    """Whatever a test imports, what is stored is what the journal says."""
    yield
    assert list(drift_of_everything(NOW)) == []


def only() -> Lead:
    return Lead.objects.get()


def journal(lead: Lead) -> list[tuple]:
    """Standing entries: type, stage, when it happened, whether it is the handoff's event."""
    return [
        (e.type, e.to_stage, f"{e.at:%Y-%m-%d %H:%M}", e.handoff_id is not None)
        for e in Entry.objects.standing().filter(lead=lead)
    ]


# --- attributes ----------------------------------------------------------------------------------


def test_every_field_is_kept(agreement):
    take_in(
        "external_id,email,first_name,last_name,company,job_title,country,phone,source,campaign,amount,currency,"
        "Favourite colour,Blank\n"
        "7, Ann@Example.com ,Ann,Holm,Holm A/S,CFO,DK,+45 12 34 56 78,webinar,Autumn,1234.50,dkk,green,\n"
    )
    lead = only()
    assert (lead.external_id, lead.email, lead.first_name, lead.last_name) == (
        "7",
        "Ann@Example.com",
        "Ann",
        "Holm",
    )
    assert (lead.company, lead.job_title, lead.country) == ("Holm A/S", "CFO", "DK")
    assert (lead.phone, lead.source, lead.campaign) == ("+45 12 34 56 78", "webinar", "Autumn")
    assert (lead.amount, lead.currency) == (Decimal("1234.50"), "DKK")
    assert lead.extra == {"Favourite colour": "green"}
    assert lead.agreement == agreement


def test_texts_that_databases_find_hard_come_through(agreement):
    """A field of ours is one line, nothing in it turns direction; what is kept beside is as it was."""
    text = 'Back\\slash "quoted" \\N tab\there\nline\u202e 日本 %s'
    quoted = '"' + text.replace('"', '""') + '"'
    take_in(f"email,company,note\na@b.com,{quoted},{quoted}\n")
    assert only().company == 'Back\\slash "quoted" \\N tab here line 日本 %s'
    assert only().extra == {"note": text}


def test_an_amount_without_a_currency_is_in_that_of_the_agreement(agreement):
    take_in("email,amount\na@b.com,10\n")
    assert (only().amount, only().currency) == (Decimal(10), "EUR")


def test_a_lead_without_any_date_came_to_be_when_it_was_imported(agreement):
    take_in("email\na@b.com\n")
    assert only().created_at == NOW
    assert take_in("email\na@b.com\n", now=NOW + dt.timedelta(days=1)).unchanged == 1
    assert only().created_at == NOW


def test_a_date_that_comes_later_replaces_the_day_of_the_import(agreement):
    take_in("email\na@b.com\n")
    take_in("email,mql_at\na@b.com,2018-02-26 10:00\n")
    assert only().created_at == only().mql_at == utc("2018-02-26 09:00")


# --- the same lead -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "row", "leads"),
    [
        ("1,ann@example.com", "1,", 1),
        ("1,ann@example.com", "1,other@example.com", 1),
        ("1,ann@example.com", ",ANN@example.com", 1),
        (",ann@example.com", "1,Ann@Example.com", 1),
        ("1,ann@example.com", "2,ann@example.com", 2),
        ("1,ann@example.com", "2,", 2),
        ("a1,", "A1,", 2),
        (",ann@example.com", ",bob@example.com", 2),
    ],
)
@pytest.mark.parametrize("together", [True, False])
def test_who_is_the_same_lead(agreement, before, row, leads, together):
    files = [f"{before}\n{row}\n"] if together else [f"{before}\n", f"{row}\n"]
    counts = [take_in(f"external_id,email\n{text}") for text in files]
    assert Lead.objects.count() == leads
    assert sum(each.created for each in counts) == leads


def test_an_address_of_several_leads_tells_nobody_apart(agreement):
    take_in("external_id,email\n1,ann@example.com\n2,ann@example.com\n")
    done = take_in("email,company\nann@example.com,Holm\n")
    assert done.rejected == 1
    assert "2 leads here have ann@example.com" in done.reasons[0][1]


def test_the_same_id_in_another_agreement_is_somebody_else(agreement):
    signed_agreement("outbound", starts_on=dt.date(2018, 1, 1))
    take_in("external_id\n1\n")
    assert take_in("external_id\n1\n", agreement="outbound").created == 1
    assert Lead.objects.count() == 2


def test_without_a_named_agreement_scopes_are_tried(agreement):
    by_name = signed_agreement("by-name", starts_on=dt.date(2018, 1, 1), by_name_only=True)
    signed_version(agreement, starts_on=dt.date(2018, 1, 2), scope={"field": "country", "in": ["DK"]})
    done = take_in("email,country\na@b.com,DK\nc@d.com,SE\n", agreement="")
    assert (done.created, done.without_agreement) == (2, 1)
    assert list(Lead.objects.order_by("email").values_list("agreement", flat=True)) == [agreement.pk, None]
    assert not Lead.objects.of(by_name).exists()
    # the second file does not say the country, and it is the same lead
    assert take_in("email,company\na@b.com,Holm\n", agreement="").updated == 1
    assert take_in("email,company\nc@d.com,Berg\n", agreement="").updated == 1


# --- the same again ------------------------------------------------------------------------------

FULL = (
    "external_id,email,company,owner,created_at,mql_at,handed_over_at,first_follow_up_at,sql_at,won_at,amount\n"
    "1,a@b.com,A,rita@nordvik.example,2018-02-01,2018-02-05,2018-02-05 10:00,2018-02-05 12:00,"
    "2018-03-01,2018-04-01,100\n"
    "2,c@d.com,C,somebody,2018-02-02,2018-02-06,2018-02-06 10:00,,,,\n"
    "3,e@f.com,E,,2018-02-03,,,,,,\n"
)


def test_the_same_file_twice_changes_nothing(agreement):
    rita()
    assert take_in(FULL).counts() == {"created": 3, "updated": 0, "unchanged": 0, "rejected": 0}
    before, rows = end_state(), rows_in_all_tables()
    again = take_in(FULL, now=NOW + dt.timedelta(days=3))
    assert again.counts() == {"created": 0, "updated": 0, "unchanged": 3, "rejected": 0}
    assert end_state() == before
    assert rows_in_all_tables() == rows


def test_rows_that_undo_each_other_change_nothing_the_second_time(agreement):
    text = "email,company,mql_at\na@b.com,A,2018-02-05\na@b.com,B,2018-02-06\n"
    assert take_in(text).counts() == {"created": 1, "updated": 1, "unchanged": 0, "rejected": 0}
    rows = rows_in_all_tables()
    assert take_in(text).counts() == {"created": 0, "updated": 0, "unchanged": 2, "rejected": 0}
    assert rows_in_all_tables() == rows
    assert (only().company, only().mql_at) == ("B", utc("2018-02-05 23:00"))


def test_a_blank_cell_erases_nothing_and_a_changed_one_updates(agreement):
    take_in(FULL)
    done = take_in(
        "external_id,email,company,amount,mql_at,owner,note\n1,,,,,,\n2,,Changed,5,2018-02-04,,new\n"
    )
    assert done.counts() == {"created": 0, "updated": 1, "unchanged": 1, "rejected": 0}
    first, second = Lead.objects.get(external_id="1"), Lead.objects.get(external_id="2")
    assert (first.email, first.company, first.amount) == ("a@b.com", "A", Decimal(100))
    assert (second.company, second.amount, second.email) == ("Changed", Decimal(5), "c@d.com")
    assert second.mql_at == utc("2018-02-03 23:00")
    assert second.owner_text == "somebody"
    assert second.extra == {"note": "new"}


def test_an_address_in_other_letters_is_no_change(agreement):
    take_in("email\nann@example.com\n")
    assert take_in("email\nANN@Example.com\n").unchanged == 1
    assert only().email == "ann@example.com"


def test_a_changed_date_takes_the_old_entry_back_and_writes_another(agreement):
    take_in("email,sql_at\na@b.com,2018-03-01\n")
    later = NOW + dt.timedelta(hours=1)
    take_in("email,sql_at\na@b.com,2018-03-05\n", now=later)
    old, new = Entry.objects.order_by("id")
    assert (old.at, old.retracted_at) == (utc("2018-02-28 23:00"), later)
    assert (new.at, new.retracted_at, new.entered_at) == (utc("2018-03-04 23:00"), None, later)
    assert only().sql_at == only().created_at == new.at


# --- stages --------------------------------------------------------------------------------------


def test_missing_earlier_stages_are_the_smallest_later_one(agreement):
    take_in("email,mql_at,won_at,lost_at\na@b.com,2018-03-10 12:00,2018-03-01 12:00,2018-02-01 12:00\n")
    lead, won = only(), utc("2018-03-01 11:00")
    assert lead.created_at == won
    assert lead.mql_at == utc("2018-03-10 11:00")
    assert lead.accepted_at == lead.sql_at == lead.opportunity_at == lead.customer_at == won
    assert lead.lost_at == utc("2018-02-01 11:00")
    assert len(journal(lead)) == 3  # no filler rows


def test_lost_neither_fills_nor_is_filled(agreement):
    take_in("email,created_at,lost_at\na@b.com,2018-02-01,2018-03-01\n")
    assert (only().stage, only().mql_at) == ("lost", None)
    assert only().lost_at == utc("2018-02-28 23:00")


def test_a_lead_won_before_its_first_contact_is_kept_and_flagged(agreement):
    take_in("email,created_at,won_at\na@b.com,2018-03-02,2018-03-01\n")
    assert list(Lead.objects.won_before_first_contact()) == [only()]
    assert only().is_won_before_first_contact


# --- handing over --------------------------------------------------------------------------------


def test_a_row_without_handed_over_at_hands_nothing_over(agreement):
    take_in("email,mql_at,sql_at\na@b.com,2018-02-05,2018-02-06\n")
    assert not Handoff.objects.exists()
    assert {kind for kind, *_ in journal(only())} == {"moved"}


def test_the_stage_of_the_handoff_is_reached_at_the_handoff(agreement):
    take_in("email,handed_over_at\na@b.com,2018-02-05 10:00\n")
    assert journal(only()) == [("moved", "mql", "2018-02-05 09:00", False)]
    handoff = Handoff.objects.get()
    assert handoff.at == handoff.recorded_at == only().mql_at == utc("2018-02-05 09:00")
    assert (handoff.entered_at, handoff.window_key) == (NOW, "all")


def test_a_stated_mql_date_holds_whatever_the_handoff_says(agreement):
    take_in("email,mql_at,handed_over_at\na@b.com,2018-02-07 10:00,2018-02-05 10:00\n")
    assert only().mql_at == utc("2018-02-07 09:00")


def test_a_mql_date_that_comes_later_replaces_that_of_the_handoff(agreement):
    take_in("email,handed_over_at\na@b.com,2018-02-05 10:00\n")
    take_in("email,mql_at\na@b.com,2018-02-07 10:00\n")
    assert only().mql_at == utc("2018-02-07 09:00")


def test_a_version_that_hands_over_sqls():
    signed_agreement(starts_on=dt.date(2018, 1, 1), handoff_stage="sql")
    take_in(
        "email,mql_at,handed_over_at,won_at\na@b.com,2018-02-01 10:00,2018-02-05 10:00,2018-02-09 10:00\n"
    )
    assert journal(only()) == [
        ("moved", "mql", "2018-02-01 09:00", False),
        ("moved", "sql", "2018-02-05 09:00", False),
        ("advanced", "customer", "2018-02-09 09:00", True),
    ]


def test_later_stages_are_advances_of_the_handoff_and_earlier_ones_are_not(agreement):
    take_in(
        "email,handed_over_at,sql_at,opportunity_at,lost_at\n"
        "a@b.com,2018-02-05 10:00,2018-02-05 10:00,2018-02-05 09:59,2018-03-01\n"
    )
    assert sorted(journal(only())) == [
        ("advanced", "sql", "2018-02-05 09:00", True),
        ("moved", "lost", "2018-02-28 23:00", False),
        ("moved", "mql", "2018-02-05 09:00", False),
        ("moved", "opportunity", "2018-02-05 08:59", False),
    ]


def test_an_advance_known_before_the_handoff_becomes_its_event(agreement):
    take_in("email,sql_at\na@b.com,2018-02-06 10:00\n")
    take_in("email,handed_over_at\na@b.com,2018-02-05 10:00\n")
    assert ("advanced", "sql", "2018-02-06 09:00", True) in journal(only())
    assert Entry.objects.standing().get(to_stage="sql").recorded_at == utc("2018-02-06 09:00")


def test_what_is_added_to_a_known_handoff_is_known_from_the_import_on(agreement):
    take_in("email,handed_over_at,first_follow_up_at\na@b.com,2018-02-05 10:00,2018-02-05 11:00\n")
    later = NOW + dt.timedelta(hours=1)
    take_in("email,sql_at,owner\na@b.com,2018-02-06 10:00,raj\n", now=later)
    follow_up = Entry.objects.get(type="follow_up")
    assert follow_up.recorded_at == follow_up.at
    assert (follow_up.entered_at, follow_up.imported, follow_up.kind) == (NOW, True, "other")
    assert Entry.objects.get(type="advanced").recorded_at == later
    assigned = Entry.objects.get(type="assigned")
    assert (assigned.at, assigned.recorded_at) == (utc("2018-02-05 09:00"), later)


@pytest.mark.parametrize(
    ("row", "says"),
    [
        (
            "a@b.com,2017-12-31 23:59,",
            "2017-12-31 is before Inbound was in force, which is from 2018-01-01 on",
        ),
        ("a@b.com,2018-02-05 10:00,2018-02-05 09:59", "the first follow-up lies before the handoff"),
        ("a@b.com,,2018-02-05 09:59", "the lead was not handed over"),
        ("a@b.com,2030-01-01,", "in the future"),
    ],
)
def test_handoffs_that_cannot_be(agreement, row, says):
    done = take_in(f"email,handed_over_at,first_follow_up_at\n{row}\n")
    assert done.rejected == 1
    assert says in done.reasons[0][1]
    assert not Lead.objects.exists()


def test_the_first_instant_of_the_agreement_is_in_force(agreement):
    assert take_in("email,handed_over_at\na@b.com,2018-01-01 00:00\n").created == 1


def test_nothing_is_handed_over_without_an_agreement():
    done = take_in("email,handed_over_at\na@b.com,2018-02-05\n", agreement="")
    assert "belongs to no agreement" in done.reasons[0][1]


def test_nothing_is_handed_over_after_the_agreement_ended():
    signed_agreement(starts_on=dt.date(2018, 1, 1), ends_on=dt.date(2018, 6, 30))
    done = take_in("email,handed_over_at\na@b.com,2018-06-30 23:59\nc@d.com,2018-07-01\n")
    assert (done.created, done.rejected) == (1, 1)
    assert "was not in force on 2018-07-01" in done.reasons[0][1]


def test_a_handoff_keeps_the_version_of_its_day(agreement):
    signed_version(agreement, starts_on=dt.date(2018, 3, 1))
    take_in("email,handed_over_at\na@b.com,2018-02-28 23:59:59\nc@d.com,2018-03-01\n")
    numbers = Handoff.objects.order_by("at").values_list("version__number", flat=True)
    assert list(numbers) == [1, 2]


def test_a_known_handoff_does_not_move(agreement):
    take_in("email,handed_over_at,company\na@b.com,2018-02-05 10:00,A\n")
    done = take_in("email,handed_over_at,company\na@b.com,2018-02-05 10:01,B\n")
    assert done.rejected == 1
    assert (
        "was handed over at 2018-02-05 09:00:00 UTC already, and a handoff does not move"
        in done.reasons[0][1]
    )
    assert only().company == "A"


def test_a_follow_up_before_a_known_handoff_is_rejected(agreement):
    take_in("email,handed_over_at\na@b.com,2018-02-05 10:00\n")
    done = take_in("email,first_follow_up_at\na@b.com,2018-02-05 09:00\n")
    assert "lies before the handoff, which was at 2018-02-05 09:00:00 UTC" in done.reasons[0][1]


# --- clocks --------------------------------------------------------------------------------------


def test_without_a_follow_up_column_nothing_is_measured(agreement):
    take_in("email,handed_over_at\na@b.com,2018-02-05 10:00\n")
    assert not Handoff.objects.get().measured
    assert not Clock.objects.exists()


def test_a_blank_cell_of_a_follow_up_column_is_nobody_followed_up(agreement):
    take_in("email,handed_over_at,first_follow_up_at\na@b.com,2018-02-05 10:00,\n")
    clock = Clock.objects.with_state(NOW).get()
    assert (clock.state, clock.first_follow_up_at) == ("breached", None)


def test_history_becomes_measured_when_a_follow_up_is_told_of(agreement):
    take_in("email,handed_over_at\na@b.com,2018-02-05 10:00\nc@d.com,2018-02-05 10:00\n")
    done = take_in("email,first_follow_up_at\na@b.com,2018-02-05 11:00\nc@d.com,\n")
    assert (done.updated, done.unchanged) == (1, 1)
    assert Clock.objects.with_state(NOW).get().state == "met"
    # the whole column, with the handoffs it is about: now the other one was followed up by nobody
    take_in("email,handed_over_at,first_follow_up_at\nc@d.com,2018-02-05 10:00,\n")
    assert Clock.objects.filter(deadline_at__lt=NOW, outcome="").count() == 1


def test_imported_times_over_a_dst_change_and_a_holiday_are_judged_to_the_second():
    """48 business hours are six days of eight. Copenhagen: clocks forward on 2018-03-25, 29 March to Easter
    Monday 2 April closed. From Friday 23 March 16:00: 1 h, then 26, 27, 28 (24 h), then 3, 4 (16 h), and 7 h
    of 5 April, which ends at 16:00 local, 14:00 UTC.
    """
    closed = tuple(dt.date(2018, 3, 29) + dt.timedelta(days=day) for day in range(5))
    signed_agreement(starts_on=dt.date(2018, 1, 1), holidays=closed)
    take_in(
        "email,handed_over_at,first_follow_up_at\n"
        "met@b.com,2018-03-23 16:00,2018-04-05 16:00:00\n"
        "late@b.com,2018-03-23 16:00,2018-04-05 16:00:01\n"
        "none@b.com,2018-03-23 16:00,\n"
        "quick@b.com,2018-03-23 16:30,2018-03-26 09:30\n"
    )
    clocks = {clock.handoff.lead.email: clock for clock in Clock.objects.with_state(NOW)}
    deadline = utc("2018-04-05 14:00")
    assert {clocks[name].deadline_at for name in ("met@b.com", "late@b.com", "none@b.com")} == {deadline}
    assert {name: clock.state for name, clock in clocks.items()} == {
        "met@b.com": "met",
        "late@b.com": "breached",
        "none@b.com": "breached",
        "quick@b.com": "met",
    }
    assert clocks["met@b.com"].first_follow_up_business_seconds == 48 * 3600
    assert clocks["late@b.com"].first_follow_up_business_seconds == 48 * 3600 + 1
    assert clocks["late@b.com"].stopped_at == utc("2018-04-05 14:00:01")
    assert clocks["quick@b.com"].first_follow_up_business_seconds == 3600
    assert not any(clock.entered_late for clock in clocks.values())


def test_a_follow_up_added_later_is_no_late_entry(agreement):
    take_in("email,handed_over_at,first_follow_up_at\na@b.com,2018-02-05 10:00,\n")
    take_in("email,first_follow_up_at\na@b.com,2018-02-05 11:00\n")
    clock = Clock.objects.with_state(NOW).get()
    assert (clock.state, clock.entered_late) == ("met", False)


def test_a_corrected_follow_up_takes_the_place_of_the_first(agreement):
    take_in("email,handed_over_at,first_follow_up_at\na@b.com,2018-02-05 10:00,2018-02-05 11:00\n")
    take_in("email,first_follow_up_at\na@b.com,2018-02-05 12:00\n")
    assert Clock.objects.get().first_follow_up_at == utc("2018-02-05 11:00")
    assert Entry.objects.follow_ups().count() == 2
    assert Entry.objects.follow_ups().standing().count() == 1


def test_the_tier_is_that_of_the_lead_as_it_was_handed_over():
    tiers = [
        {"key": "web", "name": "Webinars", "match": {"field": "source", "in": ["webinar"]}},
        {"key": "colour", "name": "Green", "match": {"field": "Colour", "in": ["green"]}},
    ]
    signed_agreement(starts_on=dt.date(2018, 1, 1), windows=tiers)
    take_in(
        "external_id,source,Colour,handed_over_at,first_follow_up_at\n"
        "1,webinar,,2018-02-05,\n2,other,green,2018-02-05,\n3,other,,2018-02-05,\n"
    )
    keys = Handoff.objects.order_by("lead__external_id").values_list("window_key", flat=True)
    assert list(keys) == ["web", "colour", ""]
    assert Handoff.objects.without_window().count() == 1
    assert Clock.objects.count() == 2
    take_in("external_id,source\n2,webinar\n")
    assert Handoff.objects.get(lead__external_id="2").window_key == "colour"


# --- owners --------------------------------------------------------------------------------------


def test_an_owner_is_a_person_here_or_a_text_that_is_listed(agreement):
    person = rita()
    done = take_in(
        "email,owner,created_at\na@b.com,RITA@nordvik.example,2018-02-01\nc@d.com,Somebody Else,2018-02-01\n"
    )
    assert Lead.objects.get(email="a@b.com").owner == person
    assert Lead.objects.get(email="c@d.com").owner_text == "Somebody Else"
    assert done.unknown_owners == ["Somebody Else"]
    assert ImportBatch.objects.get().unknown_owners == ["Somebody Else"]


def test_an_owner_holds_the_lead_from_its_first_instant_on(agreement):
    person = rita()
    take_in(
        "email,owner,created_at,handed_over_at,first_follow_up_at\n"
        f"a@b.com,{person.email},2018-02-01,2018-02-05 10:00,\n"
    )
    assigned = Entry.objects.get(type="assigned")
    assert assigned.at == assigned.recorded_at == utc("2018-01-31 23:00")
    assert Clock.objects.get().holder == person


def test_a_first_instant_that_comes_later_moves_the_owner_with_it(agreement):
    take_in("email,owner,won_at\na@b.com,raj,2018-03-01\n")
    take_in("email,created_at\na@b.com,2018-02-01\n")
    assert Entry.objects.standing().get(type="assigned").at == utc("2018-01-31 23:00")


def test_another_owner_leaves_who_held_it_before(agreement):
    first, second = rita(), raj()
    take_in(f"email,owner,handed_over_at,first_follow_up_at\na@b.com,{first.email},2018-02-05 10:00,\n")
    take_in(f"email,owner\na@b.com,{second.email}\n")
    assert only().owner == second
    assert Clock.objects.get().holder == first  # held it at the deadline, and nothing undoes that
    assert take_in(f"email,owner\na@b.com,{second.email}\n").unchanged == 1


def test_another_owner_of_a_lead_that_was_not_handed_over_replaces_the_first(agreement):
    take_in("email,owner\na@b.com,rita\n")
    take_in("email,owner\na@b.com,raj\n")
    assert only().owner_text == "raj"
    assert Entry.objects.standing().get(type="assigned").to_owner_text == "raj"


# --- the batch -----------------------------------------------------------------------------------


def test_the_batch_says_how_the_file_was_read(agreement):
    person = rita()
    done = take_in("Mail;company\na@b.com;A\nbad;B\n", by=person, stated=["Mail=email"])
    batch = ImportBatch.objects.get()
    assert done.batch == batch
    assert (batch.file_name, batch.by, batch.agreement) == ("leads.csv", person, agreement)
    assert batch.mapping == {"Mail": ["email"], "company": ["company"]}
    assert (batch.created, batch.updated, batch.unchanged, batch.rejected) == (1, 0, 0, 1)
    assert (batch.time_zone, batch.started_at, batch.finished_at) == ("Europe/Copenhagen", NOW, NOW)
    assert len(batch.file_sha256) == 64
    assert only().batch == batch


def test_progress_is_told_after_each_chunk(agreement, monkeypatch):
    monkeypatch.setattr("leads.importing.running.CHUNK", 2)
    told = []
    text = "email\n" + "".join(f"a{n}@b.com\n" for n in range(5))
    take_in(text, progress=lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_rows_of_one_lead_stay_together_however_far_apart(agreement, monkeypatch):
    monkeypatch.setattr("leads.importing.running.CHUNK", 1)
    text = "external_id,email,company\n1,a@b.com,A\n2,x@y.com,X\n,c@d.com,C\n1,c@d.com,B\n,c@d.com,D\n"
    done = take_in(text)
    assert (done.created, done.updated + done.unchanged) == (3, 1)
    assert done.rejected == 1  # c@d.com is by then the address of two leads
    rows = rows_in_all_tables()
    take_in(text)
    assert rows_in_all_tables() == rows


# --- who they are, and why they are where they are -----------------------------------------------


@pytest.mark.parametrize("header", ["employees", "Number of employees", "Company size", "Headcount"])
def test_company_size_and_industry_are_found_by_their_names(agreement, header):
    done = take_in(f'email,{header},Sector\na@b.com,"1,200",Haulage\nc@d.com,50-200,\ne@f.com,about 9,\n')
    assert done.counts() == {"created": 2, "updated": 0, "unchanged": 0, "rejected": 1}
    assert done.reasons == [(4, f"{header}: “about 9” is no number of people. Write it as 120.")]
    first, second = Lead.objects.order_by("email")
    assert (first.employees, first.industry, first.extra) == (1200, "Haulage", {})
    assert (second.employees, second.extra) == (None, {header: "50-200"})  # a range stays as text
    assert take_in(f"email,{header}\na@b.com,\nc@d.com,80\n").counts()["updated"] == 1
    assert list(Lead.objects.order_by("email").values_list("employees", flat=True)) == [1200, 80]


def test_an_imported_lead_says_why_it_is_where_it_is(agreement):
    signed_version(agreement, starts_on=dt.date(2018, 1, 2), scope={"field": "country", "in": ["DK"]})
    take_in("email,country\na@b.com,DK\nc@d.com,SE\ne@f.com,\n", agreement="")
    take_in("email,country\ng@h.com,SE\n")
    assert list(Lead.objects.order_by("email").values_list("agreement_why", flat=True)) == [
        "Inbound takes it: the country is DK.",
        "No agreement takes it. Inbound does not take it: the country is SE.",
        "No agreement takes it. Inbound does not take it: the country is unknown.",
        "The import named it.",
    ]
    take_in("email,company\na@b.com,Holm\n", agreement="")
    assert Lead.objects.get(email="a@b.com").agreement_why == "Inbound takes it: the country is DK."
