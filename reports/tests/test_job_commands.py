"""`sweep`, `nightly` and `weekly`: one line or one JSON object, exit codes, one sentence for wrong usage."""

import datetime as dt
import io
import json

import pytest
from django.core.management import CommandError, call_command

from leads.tests.factories import handed_over
from reports.models import NightCheck, Report
from reports.tests.worlds import DAY, DEADLINE, OPENS, agreement, four_of_six
from slas.services.drafting import create_agreement
from smarketing.accounts.tests.factories import rita
from smarketing.now import this_second

pytestmark = pytest.mark.django_db


def run(*args: str) -> str:
    out = io.StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def refused(*args: str) -> tuple[int, str]:
    with pytest.raises(CommandError) as caught:
        run(*args)
    return caught.value.returncode, str(caught.value)


@pytest.fixture
def old():
    """In force for two weeks, whatever the day on which the test runs."""
    start = (this_second() - 15 * DAY).date()
    return agreement(starts_on=start)


def test_sweep_works_at_the_instant_it_is_given():
    it, rep = agreement(), rita()
    four_of_six(it, rep)
    handed_over(it, at=OPENS + dt.timedelta(hours=1), to=rep)
    at = f"{DEADLINE + dt.timedelta(minutes=30):%Y-%m-%dT%H:%M:%SZ}"
    assert json.loads(run("sweep", "--at", at, "--json")) == {"warned": 1, "breached": 2}
    assert run("sweep", "--at", at) == "Warned of 0 clocks, told of 0 breaches.\n"


@pytest.mark.parametrize("at", ["yesterday", "2026-11-20T12:00:00", "2026-11-20"])
def test_sweep_refuses_what_is_no_instant(at):
    # From a shell argparse ends with exit code 2; called from Python it raises.
    assert at in refused("sweep", "--at", at)[1]


def test_nightly_says_what_it_did(old):
    first = json.loads(run("nightly", "--json"))
    assert (first["nights"], first["results"]) == (NightCheck.objects.count(), 2 * NightCheck.objects.count())
    assert first["nights"] in (14, 15, 16)
    assert run("nightly") == "Checked 0 nights: 0 results, 0 corrections; 0 summaries written.\n"


@pytest.mark.parametrize(
    ("days", "sentence"), [(0, "is not over yet"), (-1, "is not over yet"), (400, "no version was in force")]
)
def test_nightly_for_one_agreement_and_a_day_it_can_not_check(old, days, sentence):
    day = f"{(this_second() - days * DAY):%Y-%m-%d}"
    code, said = refused("nightly", "--date", day, "--agreement", old.slug)
    assert code == 2
    assert sentence in said
    assert not NightCheck.objects.exists()


def test_nightly_names_the_agreements_it_skips(old):
    tomorrow = f"{(this_second() + DAY):%Y-%m-%d}"
    done = json.loads(run("nightly", "--date", tomorrow, "--json"))
    assert list(done["skipped"]) == [old.slug]
    assert "Skipped: inbound:" in run("nightly", "--date", tomorrow)


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (["nightly", "--agreement", "nothing"], "There is no agreement “nothing”. Those there are: inbound."),
        (["weekly", "--agreement", "nothing"], "There is no agreement “nothing”"),
        (["weekly", "--week", "2026-11"], "'2026-11' is no week. Write it as 2018-W18."),
        (["weekly", "--week", "2026-W60"], "is no period"),
        (["weekly", "--week", "46"], "is no period"),
    ],
)
def test_wrong_usage_ends_with_2_and_a_sentence(old, args, sentence):
    code, said = refused(*args)
    assert code == 2
    assert sentence in said


def test_an_agreement_that_nobody_signed_is_named(db):
    create_agreement("draft", "Draft", now=this_second())
    code, said = refused("nightly", "--agreement", "draft")
    assert (code, said) == (2, "No version of draft has been signed yet, so there is nothing to check.")


def test_a_step_that_fails_ends_with_1_and_the_others_are_done(old, monkeypatch):
    from reports.services import nightly as module

    def broken(*args, **kwargs):
        raise RuntimeError("The disk is full.")

    monkeypatch.setattr(module, "check_night", broken)
    code, said = refused("nightly")
    assert (code, said) == (1, "RuntimeError: The disk is full.")


def test_weekly_says_what_it_did(old):
    done = json.loads(run("weekly", "--json"))
    assert done["reports"] == Report.objects.count() in (1, 2)
    assert run("weekly") == "Made 0 reports; 0 mails written.\n"
