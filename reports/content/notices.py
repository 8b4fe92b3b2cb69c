"""What a notice says: one clock in a few sentences, several as a list."""

import datetime as dt
from collections.abc import Sequence

from leads.models import Clock
from reports.content.letter import (
    NOBODY,
    Letter,
    Line,
    Section,
    and_more,
    lead_line,
    lead_link,
    link,
    owner_of,
)
from reports.content.notice import Notice
from reports.content.numbers import late_text
from slas.models import Agreement
from slas.rules.words import counted, instant
from smarketing.accounts.models import User

MOST = 20  # lines a list shows


def notice_letter(reader: User, agreement: Agreement, notices: Sequence[Notice], now: dt.datetime) -> Letter:
    """Times are in the reader's zone."""
    teller = _Teller(reader, now)
    return teller.one(agreement, notices[0]) if len(notices) == 1 else teller.several(agreement, notices)


class _Teller:
    """Words for one reader at one moment."""

    def __init__(self, reader: User, now: dt.datetime) -> None:
        self.reader, self.now = reader, now

    def at(self, moment: dt.datetime) -> str:
        return instant(moment, self.reader.time_zone, self.now)

    def one(self, agreement: Agreement, notice: Notice) -> Letter:
        lead = notice.clock.handoff.lead
        breach = notice.kind == "breach"
        sentences = self._breach(notice) if breach else self._warning(notice)
        name = lead_line(lead)
        by = self.at(notice.deadline)
        alone = not breach and owner_of(lead) == NOBODY
        subject = f"Late: {name}, due {by}" if breach else f"Follow up {name} by {by}"
        return Letter(
            subject=f"Nobody holds {name}: due {by}" if alone else subject,
            about=str(agreement),
            sentences=sentences,
            preview=sentences[-1],
            sides=[],
            sections=[],
            small="",
            button=f"Open {lead.name}",
            url=lead_link(lead),
        )

    def several(self, agreement: Agreement, notices: Sequence[Notice]) -> Letter:
        late = [notice for notice in notices if notice.kind == "breach"]
        soon = [notice for notice in notices if notice.kind != "breach"]
        parts = ([f"{len(late):,} late"] if late else []) + ([f"{len(soon):,} due soon"] if soon else [])
        told = [f"{counted(len(late), 'lead')} went past the deadline"] if late else []
        told += [f"{counted(len(soon), 'lead')} will soon"] if late and soon else []
        told += [f"{counted(len(soon), 'lead')} will go past the deadline soon"] if soon and not late else []
        return Letter(
            subject=f"{agreement}: {' and '.join(parts)}",
            about=str(agreement),
            sentences=[f"{', and '.join(told)}."],
            preview=f"First: {lead_line(notices[0].clock.handoff.lead)}.",
            sides=[],
            sections=[
                section
                for section in (self._list("Past the deadline", late), self._list("Due soon", soon))
                if section.lines
            ],
            small="",
            button="Open the queue",
            url=link("queue"),
        )

    def _list(self, title: str, notices: list[Notice]) -> Section:
        notices = sorted(notices, key=lambda notice: notice.deadline)
        lines = [self._line(notice) for notice in notices[:MOST]]
        more = and_more(len(notices), len(lines), "lead")
        return Section(title, lines, more=more, more_url=link("queue"))

    def _line(self, notice: Notice) -> Line:
        lead, clock = notice.clock.handoff.lead, notice.clock
        worked = clock.stopped_at is not None
        end = f"{'was due' if notice.kind == 'breach' else 'due'} {self.at(notice.deadline)}"
        detail = f"held by {owner_of(lead)}" + (", followed up since" if worked else "")
        return Line(lead_line(lead), detail, end, "bad" if notice.kind == "breach" else "no", lead_link(lead))

    def _warning(self, notice: Notice) -> list[str]:
        lead, handoff = notice.clock.handoff.lead, notice.clock.handoff
        first = f"{lead_line(lead)}, waits for the first follow-up until {self.at(notice.deadline)}."
        holder = lead.owner or lead.owner_text
        who = "You hold this lead" if holder == self.reader else f"{holder} holds this lead" if holder else ""
        handed = f"was handed over on {self.at(handoff.at)}, and nobody has followed up yet."
        second = f"{who}. It {handed}" if who else f"Nobody holds this lead. It {handed}"
        return [first, second]

    def _breach(self, notice: Notice) -> list[str]:
        clock = notice.clock
        lead, due = clock.handoff.lead, self.at(notice.deadline)
        if clock.stopped_at is None:
            first = f"{lead_line(lead)}: the deadline was {due}, and nobody has followed up."
        else:
            late = late_text(int((clock.stopped_at - notice.deadline).total_seconds()), "late")
            first = f"{lead_line(lead)}: the deadline was {due}; the follow-up came {late}."
        return [first, f"{self._charged(clock)} {self._held_since(clock)}".strip()]

    def _charged(self, clock: Clock) -> str:
        holder = clock.holder or clock.holder_text
        if not holder:
            return "Nobody held it at the deadline, so it is charged to routing."
        if holder == self.reader:
            return "It counts for you: you held it at the deadline."
        return f"It counts for {holder}, who held it at the deadline."

    def _held_since(self, clock: Clock) -> str:
        owner, holder = clock.handoff.lead.owner, clock.holder
        if clock.stopped_at is not None or owner == holder:
            return ""
        if owner is None:
            return "Nobody holds it now."
        return "You hold it now." if owner == self.reader else f"{owner} holds it now."
