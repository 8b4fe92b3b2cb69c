"""The panel beside the queue: what may be logged and decided on the selected lead, from rows at hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from leads.actions import ACTIONS
from leads.desk import Desk, Row, time_left
from leads.forms import ActionForm
from leads.models import Lead
from leads.saying import lateness
from leads.services.door import holder_id
from leads.stages import is_exit
from leads.states import look_of
from leads.stories import Shelf
from slas.rules.words import duration, exact_duration
from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_assign, may_decide, may_log_follow_up, may_pause

if TYPE_CHECKING:
    from leads.views.acting import Attempt

MODES = ("reject", "pause", "assign")


@dataclass(slots=True)
class Panel:
    """`mode`: log, or one of MODES with its form. `effect` says what logging does to the clock, in words,
    `effect_look` how it will stand then.
    """

    row: Row
    mode: str
    form: ActionForm | None
    then: int | None
    may_log: bool
    may_accept: bool
    may_reject: bool
    may_pause: bool
    may_resume: bool
    may_assign: bool
    effect: str = ""
    effect_look: Any = None
    takes: bool = False  # nobody holds it, so whoever logs takes it
    errors: tuple[str, ...] = ()
    typed: dict[str, str] | None = None

    @property
    def lead(self) -> Lead:
        return self.row.lead

    @property
    def label(self) -> str:
        return ACTIONS[self.mode].label


def panel_of(
    row: Row, desk: Desk, reader: User, now: dt.datetime, mode: str, tried: Attempt | None = None
) -> Panel:
    """The panel for one row. Queries only where a mode shows a form of its own."""
    lead, clock = row.lead, row.clock
    holder, handoff = holder_id(lead), clock.handoff
    if tried is not None:
        mode = tried.action.name
    open_to_decide = handoff.ended_at is None and not is_exit(lead.stage) and clock.accepted_at is None
    decides = may_decide(reader, holder) and open_to_decide
    in_time = clock.acceptance_deadline_at is None or now <= clock.acceptance_deadline_at
    running = clock.stopped_at is None and clock.state in ("running", "at_risk", "paused")
    paused = clock.state == "paused"
    panel = Panel(
        row=row,
        mode="log",
        form=None,
        then=desk.after(lead.pk),
        may_log=may_log_follow_up(reader, holder),
        may_accept=decides,
        may_reject=decides and in_time,
        may_pause=may_pause(reader, holder) and running and not paused,
        may_resume=may_pause(reader, holder) and paused,
        may_assign=may_assign(reader),
        takes=holder is None,
    )
    if mode in MODES and ACTIONS[mode].allowed(reader, lead):
        panel.mode = mode
        panel.form = (
            tried.form if tried else ACTIONS[mode].form(lead=lead, handoff=handoff, name=f"panel_{mode}")
        )
    if tried is not None:
        errors = [str(each) for found in tried.form.errors.values() for each in found]
        panel.errors = tuple(errors) if panel.form is None else ()
        panel.typed = {name: tried.form.data.get(name, "") for name in ("kind", "when", "note")}
    _say_effect(panel, desk, now)
    return panel


def _say_effect(panel: Panel, desk: Desk, now: dt.datetime) -> None:
    """What a follow-up that happened now would do to the clock (rules 4 and 13)."""
    clock = panel.row.clock
    shelf = desk.shelf
    if not shelf.knows(clock.handoff):
        shelf = Shelf()
        shelf.read_for([clock.handoff])
    window = shelf.terms(clock.handoff).window(clock.handoff.terms_window_key)
    if window is None:
        return
    if clock.stopped_at is not None:
        done = panel.row.attempts
        panel.effect = f"The first follow-up is done. This one counts as one more attempt: {done} so far."
        panel.effect = panel.effect if done else "The first follow-up is done."
        return
    which = "Any of these" if window.terms.counts == "attempt" else "Only reaching them"
    if clock.deadline_at is not None and clock.deadline_at < now:
        late = lateness(int((now - clock.deadline_at).total_seconds()))
        panel.effect = f"{which} ends the wait:"
        panel.effect_look = look_of("breached")._replace(label=f"breached, worked after {late}")
        return
    seconds = window.terms.window_seconds
    agreed = exact_duration(seconds)
    if clock.deadline_at is None:
        panel.effect = f"{which} stops the clock of {agreed}:"
    else:
        used = seconds - time_left(clock.handoff, clock.deadline_at, shelf, now)
        panel.effect = f"{which} stops the clock at {duration(max(used, 0))} of {agreed}:"
    panel.effect_look = look_of("met")._replace(label="met")
