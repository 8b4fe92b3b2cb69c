"""Making the demo organisation, and starting it anew."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.core.management import call_command
from django.db import transaction

from slas.models import Agreement
from slas.rules.periods import local_day
from smarketing.outbox.delivery import deliver

from .agreement import SLUG, make_agreement, versions_of
from .amending import ask_and_witness
from .campaigns import make_campaigns
from .history import tell_history
from .people import ZONE, make_people
from .store import Storing
from .world import leads_until


@dataclass(frozen=True, slots=True)
class Made:
    """What `make` found or did: `is_new` False where the demo was there already."""

    is_new: bool
    people: int
    leads: int


def make(now: dt.datetime) -> Made:
    """The demo people, agreement, leads, nights and mails, whole or not at all; where they are there, nothing
    is done.

    The same for the same day: it ends with the day before `now` where the agreement is (product section 5).
    Its mails are kept as delivered, never sent.
    """
    made = _make(now)
    while made.is_new and deliver(now).stored:
        pass
    return made


@transaction.atomic
def _make(now: dt.datetime) -> Made:
    known = Agreement.objects.filter(slug=SLUG).first()
    if known:
        return Made(False, len(make_people()), known.leads.count())
    people = make_people()
    today = local_day(now, ZONE)
    agreement = make_agreement(people, today, now)
    make_campaigns(agreement, people, today)
    ask_and_witness(agreement, people, today)
    first, *_ = versions = versions_of(agreement)
    calendar = versions[-1].terms().calendar
    told = leads_until(calendar, first.starts_on, today - dt.timedelta(days=1))
    stored = Storing(agreement, people, now).store(told)
    tell_history(agreement, now)
    return Made(True, len(people), stored)


def reset() -> None:
    """Empty the whole database: everything in it goes, not only the demo."""
    call_command("flush", interactive=False, verbosity=0)
