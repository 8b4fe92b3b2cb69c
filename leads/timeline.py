"""What happened to a lead, newest first, in words: its handoffs and the entries of its journal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from leads.models import Behaviour, Entry, Handoff, Stage
from leads.services.follow_up import UNDO_SECONDS
from leads.states import Look, look_of
from slas.rules.behaviour import BEHAVIOURS
from slas.rules.condition_words import begun
from slas.rules.words import duration, instant, plain
from smarketing.accounts.models import User

_SIDES = {"marketing": "mkt", "sales": "sales"}


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of the timeline. `times` says happened and recorded where they differ."""

    at: dt.datetime
    order: int
    when: str
    text: str
    side: str = "both"
    is_handoff: bool = False
    filled: bool = False
    note: str = ""
    times: str = ""
    late: str = ""
    taken_back: str = ""
    undo: int | None = None
    undo_by: str = "take_back"
    kind: str = ""  # follow_up, move or did: what the page can narrow to
    points: str = ""
    look: Look | None = None


def happenings(
    handoffs: Iterable[Handoff],
    entries: Iterable[Entry],
    reader: User,
    now: dt.datetime,
    behaviour: Iterable[Behaviour] = (),
    points: Mapping[tuple[str, dt.datetime], int] | None = None,
) -> list[Happening]:
    """Handoffs, entries (with `by`, `to_owner` and `seen_to_by` at hand) and what the lead did (with `by`),
    newest first. `points`: what each kind at its instant gave at first.
    """
    teller = _Teller(reader, now)
    handoffs = list(handoffs)
    openings = {(each.pk, each.version.handoff_stage, each.recorded_at): each for each in handoffs}
    told = []
    for entry in entries:
        # The move to the handoff's stage is the handoff itself.
        key = (entry.handoff_id, entry.to_stage, entry.recorded_at)
        opening = openings.pop(key, None) if entry.type == Entry.Type.MOVED else None  # type: ignore[arg-type]
        told.append(teller.handoff(opening, entry.pk) if opening else teller.entry(entry))
    told += [teller.handoff(handoff) for handoff in openings.values()]
    told += [each for handoff in handoffs for each in teller.clock(handoff)]
    told += [teller.moved(handoff) for handoff in handoffs if handoff.moved_at]
    told += [teller.did(each, (points or {}).get((each.kind, each.at), 0)) for each in behaviour]
    return sorted(told, key=lambda each: (each.at, each.order), reverse=True)


class _Teller:
    def __init__(self, reader: User, now: dt.datetime) -> None:
        self.reader, self.now = reader, now

    def when(self, at: dt.datetime) -> str:
        local, today = (each.astimezone(self.reader.zone) for each in (at, self.now))
        days = (today.date() - local.date()).days
        if days == 0:
            return f"today {local:%H:%M}"
        if 0 < days < 7:
            return f"{local:%a %H:%M}"
        year = "" if local.year == today.year else f" {local.year}"
        return f"{local.day} {local:%b}{year} {local:%H:%M}"

    def handoff(self, handoff: Handoff, order: int = 0) -> Happening:
        by = f" by {handoff.by}" if handoff.by else ""
        clock = "The clock starts." if handoff.measured and handoff.window_key else "There is no clock."
        return Happening(
            at=handoff.at,
            order=order,
            when=self.when(handoff.at),
            text=f"as an {handoff.version.get_handoff_stage_display()}{by}. {clock}",
            is_handoff=True,
            kind="move",
            note=f"{handoff.version}. {handoff.window_why}",
            times=self._times(handoff.at, handoff.recorded_at),
        )

    def moved(self, handoff: Handoff) -> Happening:
        """Which terms hold from when, where the clock went over to another version while it ran."""
        window = handoff.terms_version.terms().window(handoff.terms_window_key)
        at = handoff.moved_at or handoff.at
        return Happening(
            at=at,
            order=2**60,
            when=self.when(at),
            text=f"The clock went over to {handoff.moved_to}: {window.name if window else ''}.",
            kind="move",
            note="Both sides chose to move running clocks when they signed it.",
        )

    def clock(self, handoff: Handoff) -> Iterator[Happening]:
        """When its clock came into danger, and when its deadline passed without a follow-up."""
        clock = getattr(handoff, "clock", None)
        if clock is None or clock.outcome == "excluded" or not handoff.measured:
            return
        met = clock.outcome == "met"
        for state, at in (("at_risk", clock.warn_at), ("breached", clock.deadline_at)):
            over = clock.stopped_at is not None and at is not None and clock.stopped_at <= at
            if at is None or at > self.now or over or (met and state == "breached"):
                continue
            yield Happening(
                at=at,
                order=2**60,
                when=self.when(at),
                text="",
                side="sales",
                filled=state == "breached",
                look=look_of(state),
            )

    def entry(self, entry: Entry) -> Happening:
        is_late = entry.recorded_at > entry.at and not entry.imported
        after = duration(int((entry.recorded_at - entry.at).total_seconds()))
        return Happening(
            at=entry.at,
            order=entry.pk,
            when=self.when(entry.at),
            text=self._text(entry),
            side=_SIDES.get(entry.by.side if entry.by else "", "both"),
            filled=entry.type in ("follow_up", "accepted", "advanced") or entry.to_stage == Stage.CUSTOMER,
            note=entry.note,
            times=self._times(entry.at, entry.recorded_at),
            late=f"entered {after} later" if is_late else "",
            taken_back="" if entry.retracted_at is None else f"taken back {self.when(entry.retracted_at)}",
            undo=entry.pk if self._may_undo(entry) else None,
            kind="follow_up" if entry.type == Entry.Type.FOLLOW_UP else "move" if entry.to_stage else "",
        )

    def did(self, done: Behaviour, points: int) -> Happening:
        """What the lead did; who told of it, where a person did."""
        is_late = done.recorded_at > done.at and done.batch_id is None
        after = duration(int((done.recorded_at - done.at).total_seconds()))
        told = f"told by {done.by}" if done.by else ""
        return Happening(
            at=done.at,
            order=-(2**60) + done.pk,
            when=self.when(done.at),
            text=f"{begun(BEHAVIOURS[done.kind].did)}.",
            side="mkt",
            filled=bool(points),
            note=", ".join(part for part in (f"“{done.detail}”" if done.detail else "", told) if part),
            times=self._times(done.at, done.recorded_at),
            late=f"entered {after} later" if is_late else "",
            taken_back="" if done.retracted_at is None else f"taken back {self.when(done.retracted_at)}",
            undo=done.pk if self._is_mine_and_fresh(done) else None,
            undo_by="take_back_behaviour",
            kind="did",
            points=f"{points:+}".replace("-", "\u2212") if points else "",
        )

    def _times(self, at: dt.datetime, recorded_at: dt.datetime) -> str:
        if at == recorded_at:
            return ""
        here = self.reader.time_zone
        happened, recorded = instant(at, here, self.now), instant(recorded_at, here, self.now)
        return f"happened {happened}, recorded {recorded}"

    def _may_undo(self, entry: Entry) -> bool:
        return entry.type == Entry.Type.FOLLOW_UP and self._is_mine_and_fresh(entry)

    def _is_mine_and_fresh(self, written: Entry | Behaviour) -> bool:
        age = (self.now - written.recorded_at).total_seconds()
        mine = written.by_id == self.reader.pk
        return mine and written.retracted_at is None and age <= UNDO_SECONDS

    def _text(self, entry: Entry) -> str:
        who = str(entry.by or entry.by_text or "Somebody")
        text = getattr(self, f"_{entry.type}", self._decided)(entry, who)
        why = plain(entry.reason)
        return f"{text}, because of {why}." if why else f"{text}."

    def _moved(self, entry: Entry, who: str) -> str:
        if entry.to_stage == Stage.LEAD:
            return f"Became a lead, added by {who}" if entry.by or entry.by_text else "Became a lead"
        return f"{who} made it {_stage(entry.to_stage)}" if entry.by else f"Became {_stage(entry.to_stage)}"

    _advanced = _moved

    def _assigned(self, entry: Entry, who: str) -> str:
        to = entry.to_owner or entry.to_owner_text
        if to and entry.to_owner_id == entry.by_id:
            return f"{who} took it"
        given = f"gave it to {to}" if to else "took its owner away"
        return f"{who} {given}" if entry.by else (f"Held by {to}" if to else "Held by nobody")

    def _follow_up(self, entry: Entry, who: str) -> str:
        how = {"call": "called", "email": "sent an e-mail", "meeting": "met", "message": "sent a message"}
        did = how.get(entry.kind, "followed up")
        done = f"{who} {did}" if entry.by or entry.by_text else "Followed up"
        outcome = (
            "" if entry.outcome in ("", "unknown", "sent") else f": {entry.get_outcome_display().lower()}"
        )
        extra = ", ".join(word for word in ("automatic", "imported") if getattr(entry, word))
        return f"{done}{outcome} ({extra})" if extra else f"{done}{outcome}"

    def _paused(self, entry: Entry, who: str) -> str:
        return f"{who} paused the clock; {entry.seen_to_by or 'somebody'} sees to it"

    def _resumed(self, entry: Entry, who: str) -> str:
        return f"{who} resumed the clock"

    def _merged_earlier(self, entry: Entry, who: str) -> str:
        return f"{who} merged it with an earlier twin"

    def _decided(self, entry: Entry, who: str) -> str:
        return f"{who} {entry.get_type_display().lower()} it"


def _stage(stage: str) -> str:
    words = {"mql": "an MQL", "sql": "an SQL", "opportunity": "an opportunity", "customer": "a customer"}
    return words.get(stage, Stage(stage).label.lower())
