"""What needs a hand now: clocks close to their deadline, those that just ran out, and what is due next."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Sum, Value, When, Window
from django.db.models.functions import RowNumber

from leads.models import Clock
from leads.models.clock import state_case
from reports.content.facts import NOBODYS
from reports.content.numbers import late_text
from slas.models import Agreement
from slas.rules.business_time import Calendar
from slas.rules.counting import CountableTime
from slas.rules.periods import start_of_day
from slas.rules.terms import AgreementTerms
from slas.rules.words import duration

MOST_CLOSE, MOST_LATE, MOST_ROWS = 5, 3, 5
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Waiting:
    """One clock that waits: how late or how much is left, in the hours of its window."""

    clock: Clock
    state: str  # breached, at_risk or running
    left: str
    window: str
    holder: str

    @property
    def lead(self):
        return self.clock.handoff.lead


@dataclass(frozen=True)
class Hand:
    """`close` and `late`: how many there are in all; `alone`: of the close ones, those nobody holds."""

    rows: list[Waiting]
    close: int = 0
    late: int = 0
    alone: int = 0


def needs_a_hand(
    agreement: Agreement,
    terms: Mapping[int, AgreementTerms],
    calendar: Calendar,
    closures: Sequence[tuple[dt.date, dt.datetime]],
    now: dt.datetime,
) -> Hand:
    """In the order of their deadlines: the latest breaches, what is close, and what is due next where there
    are few of them. `terms` by id of the version. One query."""
    clocks = sorted(_waiting(agreement, _since(calendar, now), now), key=lambda c: (c.deadline_at, c.pk))
    found = {clock.state: clock for clock in clocks}  # type: ignore[attr-defined]
    close, late = found.get("at_risk"), found.get("breached")
    urgent = [clock for clock in clocks if clock.state != "running"]  # type: ignore[attr-defined]
    calm = [clock for clock in clocks if clock.state == "running"]  # type: ignore[attr-defined]
    shown = urgent + calm[: max(0, MOST_ROWS - len(urgent))]
    return Hand(
        [_row(clock, terms, closures, now) for clock in shown],
        close=close.together if close else 0,  # type: ignore[attr-defined]
        late=late.together if late else 0,  # type: ignore[attr-defined]
        alone=(close.nobodys or 0) if close else 0,  # type: ignore[attr-defined]
    )


def _since(calendar: Calendar, now: dt.datetime) -> dt.datetime:
    """The start of the last working day before today: on a Monday that is Friday."""
    day = now.astimezone(calendar.zone).date() - _DAY
    for _ in range(366):
        if calendar.is_open_day(day):
            break
        day -= _DAY
    return start_of_day(day, calendar.tz)


def _waiting(agreement: Agreement, since: dt.datetime, now: dt.datetime) -> QuerySet[Clock]:
    """Of each state the first few, each with the numbers of all beside it."""
    waiting = Clock.objects.waiting().filter(
        agreement=agreement, handoff__rejected_at=None, handoff__ended_at=None, deadline_at__gte=since
    )
    late_first, close_first = F("deadline_at").desc(), F("deadline_at").asc()
    alone = Case(When(NOBODYS, then=Value(1)), default=Value(0), output_field=IntegerField())
    of_state = [F("state")]
    return (
        waiting.annotate(state=state_case(now))
        .filter(state__in=("running", "at_risk", "breached"))
        .annotate(
            together=Window(Count("pk"), partition_by=of_state),
            nobodys=Window(Sum(alone), partition_by=of_state),
            latest=Window(RowNumber(), partition_by=of_state, order_by=[late_first, "pk"]),
            nearest=Window(RowNumber(), partition_by=of_state, order_by=[close_first, "pk"]),
        )
        .filter(
            Q(state__in=("running", "at_risk"), nearest__lte=MOST_CLOSE)
            | Q(state="breached", latest__lte=MOST_LATE)
        )
        .select_related("handoff__lead__owner")
    )


def _row(
    clock: Clock,
    terms: Mapping[int, AgreementTerms],
    closures: Sequence[tuple[dt.date, dt.datetime]],
    now: dt.datetime,
) -> Waiting:
    handoff = clock.handoff
    said = terms[handoff.terms_version_id]
    window = said.window(handoff.terms_window_key)
    lead, deadline = handoff.lead, clock.deadline_at or now
    if deadline < now:
        left = late_text(int((now - deadline).total_seconds()))
    else:
        hours = window.terms.hours if window else "elapsed"
        closed = {day: int(recorded_at.timestamp()) for day, recorded_at in closures}
        time = CountableTime(hours, said.calendar, closed)
        left = f"{duration(time.passed(int(now.timestamp()), int(deadline.timestamp())))} left"
    name = f"{window.name}, {duration(window.terms.window_seconds)}" if window else ""
    state = clock.state  # type: ignore[attr-defined]
    return Waiting(clock, state, left, name, str(lead.owner or lead.owner_text))
