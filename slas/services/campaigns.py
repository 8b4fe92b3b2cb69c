"""Campaigns: written by Marketing, acknowledged by Sales before they start; who is told when they are not."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Agreement, Campaign
from slas.rules.fields import fold
from slas.rules.wording import long_date
from slas.rules.zones import local_day
from slas.services.campaign_mails import tell_started, tell_waiting
from slas.services.refusal import Refused
from slas.services.wrong import Wrong
from smarketing.accounts.permissions import may_acknowledge_campaign, may_write_campaign

if TYPE_CHECKING:
    from collections.abc import Iterable

    from smarketing.accounts.models import User

MOST_LEADS = 10_000_000
LONGEST_NAME, LONGEST_NOTE, MOST_SOURCES = 200, 4_000, 50
LONGEST_YEARS = 10


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a campaign says; dates are local to the agreement, `ends_on` None leaves it open."""

    name: str
    starts_on: dt.date
    ends_on: dt.date | None
    sources: tuple[str, ...]
    expected_leads: int | None
    follow_up: str

    def fields(self) -> dict[str, object]:
        return {
            "name": self.name.strip(),
            "starts_on": self.starts_on,
            "ends_on": self.ends_on,
            "sources": list(self.sources),
            "expected_leads": self.expected_leads,
            "follow_up": self.follow_up.strip(),
        }


# A change of one of these asks Sales again: it is what was acknowledged.
_ACKNOWLEDGED = ("starts_on", "ends_on", "sources", "follow_up")


class ChangedMeanwhile(Refused):
    """Somebody else changed the campaign while the page was open; `campaign` is as it stands now."""

    def __init__(self, campaign: Campaign) -> None:
        self.campaign = campaign
        super().__init__(
            f"{campaign.changed_by or campaign.made_by} changed this campaign while you had it open. "
            "Yours is not saved yet: keep yours by saving it again, or take what is saved."
        )


@transaction.atomic
def add_campaign(agreement: Agreement, plan: Plan, *, by: User, now: dt.datetime) -> Campaign:
    """A new campaign. One that a sales manager writes is acknowledged by that; else sales managers are asked.

    A past start is taken, since campaigns are written down late: both sides are told by the next tick that it
    runs unacknowledged. Refused for people who may not, and for a plan that can't be.
    """
    _refuse_writing(by)
    agreement = Agreement.objects.select_for_update().get(pk=agreement.pk)
    _refuse_plan(plan, list(agreement.campaigns.all()))
    campaign = Campaign(agreement=agreement, made_by=by, made_at=now, **plan.fields())
    _acknowledge_own(campaign, by, now)
    campaign.save(force_insert=True)
    _ask(campaign, by, now)
    return campaign


@transaction.atomic
def change_campaign(campaign: Campaign, plan: Plan, *, by: User, now: dt.datetime, seen: int) -> bool:
    """Store the plan; whether it says anything else. Another follow-up note, other dates or sources ask Sales
    again, as the same people as at first.

    `seen` is the edition on the page: ChangedMeanwhile where it is older. Refused for people who may not, for
    a plan that can't be, and for a campaign that was called off.
    """
    _refuse_writing(by)
    current = _locked(campaign)
    _refuse_called_off(current)
    if current.edition != seen:
        raise ChangedMeanwhile(current)
    fields = plan.fields()
    _refuse_plan(plan, [one for one in current.agreement.campaigns.all() if one.pk != current.pk])
    changed = [name for name, value in fields.items() if getattr(current, name) != value]
    if not changed:
        return False
    for name in changed:
        setattr(current, name, fields[name])
    current.changed_by, current.changed_at, current.edition = by, now, current.edition + 1
    if set(changed) & set(_ACKNOWLEDGED):
        current.acknowledged_by = current.acknowledged_at = current.told_at = None
        _acknowledge_own(current, by, now)
        _ask(current, by, now)
    current.save()
    return True


@transaction.atomic
def acknowledge(campaign: Campaign, *, by: User, now: dt.datetime, seen: int | None = None) -> Campaign:
    """A sales manager says that Sales follows up so. Once more changes nothing.

    Refused for others, for a campaign called off, and where it says something else than the page (`seen`).
    """
    if not may_acknowledge_campaign(by):
        raise Refused("Only managers of Sales acknowledge a campaign. Nothing was changed.")
    current = _locked(campaign)
    if current.acknowledged_at is not None:
        return current
    _refuse_called_off(current)
    if seen is not None and seen != current.edition:
        raise Refused(
            f"{current.name} was changed while you had it open. Read it again, then acknowledge it."
        )
    current.acknowledged_by, current.acknowledged_at = by, now
    current.save(update_fields=["acknowledged_by", "acknowledged_at"])
    return current


@transaction.atomic
def call_off(campaign: Campaign, *, by: User, now: dt.datetime) -> Campaign:
    """It does not take place, or ends here; it stays readable. Once more changes nothing."""
    _refuse_writing(by)
    current = _locked(campaign)
    if current.ended_at is None:
        current.ended_at, current.changed_by, current.changed_at = now, by, now
        current.edition += 1
        current.save(update_fields=["ended_at", "changed_by", "changed_at", "edition"])
    return current


def tell_unacknowledged(now: dt.datetime) -> int:
    """Tell both sides of each campaign that has started unacknowledged, once; how many were told of.

    A campaign is claimed by a conditional update, in the transaction that writes its mails: of two ticks at
    once one has it. One that is over by now is no news.
    """
    waiting = Campaign.objects.unacknowledged().filter(told_at=None)
    latest = now.date() + dt.timedelta(days=1)  # nowhere on earth is it later
    told = 0
    for campaign in waiting.started_by(latest).select_related("agreement", "made_by"):
        today = today_of(campaign.agreement, now)
        if campaign.starts_on <= today and (campaign.ends_on is None or campaign.ends_on >= today):
            told += _told(campaign, now)
    return told


@transaction.atomic
def _told(campaign: Campaign, now: dt.datetime) -> int:
    mine = Campaign.objects.unacknowledged().filter(pk=campaign.pk, told_at=None, edition=campaign.edition)
    if not mine.update(told_at=now):
        return 0
    tell_started(campaign, now)
    return 1


def today_of(agreement: Agreement, now: dt.datetime) -> dt.date:
    """The date that its campaigns go by: in the zone of the version in force, else of the newest one."""
    versions = agreement.versions.select_related("working_time")
    version = versions.in_force(now).first() or versions.last()
    return now.date() if version is None else local_day(now, version.working_time.time_zone)


def campaign_called(agreement_id: int | None, name: str) -> Campaign | None:
    """The campaign of the agreement that a lead names, whatever its dates and capitals; None where there is
    none, or it was called off."""
    wanted = fold(name.strip())
    if agreement_id is None or not wanted:
        return None
    campaigns = Campaign.objects.filter(agreement=agreement_id, ended_at=None).select_related("agreement")
    return next((one for one in campaigns if fold(one.name) == wanted), None)


# --- Refusals --------------------------------------------------------------------------------


def _locked(campaign: Campaign) -> Campaign:
    agreement = Agreement.objects.select_for_update().get(pk=campaign.agreement_id)
    current = Campaign.objects.select_related("made_by", "changed_by").get(pk=campaign.pk)
    current.agreement = agreement
    return current


def _refuse_writing(by: User) -> None:
    if not may_write_campaign(by):
        raise Refused("Only Marketing and managers of Sales write campaigns. Nothing was changed.")


def _refuse_called_off(campaign: Campaign) -> None:
    if campaign.ended_at is not None:
        raise Refused(f"{campaign.name} was called off. Write a new campaign under another name.")


def _refuse_plan(plan: Plan, others: Iterable[Campaign]) -> None:
    name = plan.name.strip()
    if not name:
        raise Wrong("name", "The campaign has no name. Give it the name that its leads carry.")
    if len(name) > LONGEST_NAME:
        raise Wrong("name", f"The name has {len(name)} letters. Shorten it to {LONGEST_NAME}.")
    for other in others:
        if fold(other.name.strip()) == fold(name):
            off = " It was called off." if other.ended_at else ""
            raise Wrong("name", f"There is a campaign {other.name} already.{off} Choose another name.")
    _refuse_dates(plan)
    if plan.expected_leads is not None and not 1 <= plan.expected_leads <= MOST_LEADS:
        raise Wrong(
            "expected_leads",
            f"{plan.expected_leads:,} expected leads can’t be. Enter a number from 1 to {MOST_LEADS:,}, or "
            "leave it empty.",
        )
    if not plan.follow_up.strip():
        raise Wrong("follow_up", "Say how Sales is to follow up: whoever calls reads it before the call.")
    if len(plan.follow_up) > LONGEST_NOTE:
        raise Wrong(
            "follow_up", f"The note has {len(plan.follow_up):,} signs. Shorten it to {LONGEST_NOTE:,}."
        )
    if len(plan.sources) > MOST_SOURCES or any(len(one) > LONGEST_NAME for one in plan.sources):
        raise Wrong(
            "sources", f"Keep at most {MOST_SOURCES} sources, of at most {LONGEST_NAME} letters each."
        )


def _refuse_dates(plan: Plan) -> None:
    if not 2000 <= plan.starts_on.year < 2200:
        raise Wrong("starts_on", f"A start in the year {plan.starts_on.year} can’t be. Choose another date.")
    if plan.ends_on is None:
        return
    if plan.ends_on < plan.starts_on:
        raise Wrong(
            "ends_on",
            f"The campaign ends on {long_date(plan.ends_on)}, before it starts. Move its end, or leave it "
            "open.",
        )
    if plan.ends_on.year - plan.starts_on.year > LONGEST_YEARS:
        raise Wrong(
            "ends_on",
            f"The campaign takes more than {LONGEST_YEARS} years. End it earlier, or leave it open.",
        )


# --- Asking Sales ----------------------------------------------------------------------------


def _acknowledge_own(campaign: Campaign, by: User, now: dt.datetime) -> None:
    """What a sales manager writes, Sales has acknowledged."""
    if may_acknowledge_campaign(by):
        campaign.acknowledged_by, campaign.acknowledged_at = by, now


def _ask(campaign: Campaign, by: User, now: dt.datetime) -> None:
    """Mail the sales managers before the start; of what runs already the next tick tells both sides."""
    if campaign.acknowledged_at is None and campaign.starts_on > today_of(campaign.agreement, now):
        tell_waiting(campaign, by, now)
