"""The section of working time: the week as a picture, its zone, public holidays, closures, special hours."""

from __future__ import annotations

from copy import copy
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from slas.editor.days import CLOSED, MOST_DAYS, SPECIAL, DatedForm, closed_forms, special_forms
from slas.editor.holidays import A_YEAR, ClosedDay, Holiday, by_year, holiday_rows, next_closed
from slas.editor.hours import TIME, WeekForm, typed_week
from slas.editor.rows import typed_rows, write_typed_rows
from slas.editor.section import SectionForm, moved, place_of
from slas.editor.week import Answer, Day, answer, days_of, wall
from slas.models import Section
from slas.rules.clock_changes import clock_changes
from slas.rules.opening_hours import WEEKDAY_NAMES, special_of
from slas.rules.words import long_date, place, weekday_date
from slas.rules.zones import local_day
from slas.services.content import calendar_of, day_names_of
from slas.services.proposing import term_of
from slas.services.public_holidays import public_holidays
from slas.services.refusal import Refused

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.models import Version, WorkingTime
    from slas.rules.business_time import Calendar
    from slas.rules.opening_hours import Hours
    from slas.services.content import Content

OPEN = f"{TIME}-open"  # the public holidays on which work goes on


class TimeForm(SectionForm):
    """Weekly hours, zone, public holidays with what is open on them, closures and special hours."""

    key = Section.TIME
    template = "slas/editor/_time.html"
    live = "slas/editor/_time_live.html"
    wrong = "slas/editor/_time_wrong.html"
    hint = "business hours are counted by it"

    def __init__(self, version: Version, content: Content, data: QueryDict | None = None) -> None:
        super().__init__(version, content, data)
        self._is_valid = False

    # --- What is typed, else stored ----------------------------------------------------------

    @cached_property
    def week(self) -> WeekForm:
        return WeekForm(self.data, self.content.working_time, self.version)

    @cached_property
    def closures(self) -> list[DatedForm]:
        row = self.content.working_time
        return closed_forms(self.data, row.closed, row.notes)

    @cached_property
    def specials(self) -> list[DatedForm]:
        row = self.content.working_time
        return special_forms(self.data, row.special, row.notes)

    @property
    def closure_rows(self) -> list[DatedForm]:
        """As they are drawn: with what is worth knowing beside each."""
        if self.data is None:
            self._hint()
        return self.closures

    @property
    def special_rows(self) -> list[DatedForm]:
        if self.data is None:
            self._hint()
        return self.specials

    @property
    def may_close(self) -> bool:
        return len(self.closures) < MOST_DAYS

    @property
    def may_add_special(self) -> bool:
        return len(self.specials) < MOST_DAYS

    @property
    def _worked(self) -> set[str]:
        if self.data is None:
            return set(self.content.working_time.worked_holidays)
        return set(self.data.getlist(OPEN))

    # --- Buttons -----------------------------------------------------------------------------

    def do(self, what: str) -> None:
        """each, together; "closed:add", "special:remove-2"; "special:open-1": on that date, although it is a
        public holiday."""
        if self.data is None:
            return
        if what in ("each", "together"):
            typed_week(self.data, each=what == "each")
            self._forget("week")
            return
        kind, _, act = what.partition(":")
        if kind not in (CLOSED, SPECIAL):
            return
        if kind == SPECIAL and act.startswith("open-"):
            self._open(act.removeprefix("open-"))
            return
        rows = typed_rows(self.data, kind, MOST_DAYS)
        if act == "add" and len(rows) < MOST_DAYS:
            self._write(kind, [*rows, {"date": [""]}])
            self._forms(kind)[-1].begin()
        elif act.startswith("remove-") and (after := moved(rows, act)) is not None:
            self._write(kind, after)

    def _open(self, place: str) -> None:
        number = place_of(place)
        if number is not None and number < len(self.specials):
            assert self.data is not None  # noqa: S101 (`do` looked)
            one = self.specials[number]
            one.is_valid()
            if one.iso:
                self.data.appendlist(OPEN, one.iso)
            self._forget("specials")

    def _forms(self, kind: str) -> list[DatedForm]:
        return self.closures if kind == CLOSED else self.specials

    def _write(self, kind: str, rows: list[dict[str, list[str]]]) -> None:
        assert self.data is not None  # noqa: S101 (`do` looked)
        write_typed_rows(self.data, kind, rows)
        self._forget("closures" if kind == CLOSED else "specials")

    def _forget(self, *names: str) -> None:
        for name in names:
            self.__dict__.pop(name, None)

    # --- Whether it can be -------------------------------------------------------------------

    def is_valid(self) -> bool:
        self._is_valid = False
        self._forget("shown", "public", "calendar")
        valid = [self.week.is_valid(), *(one.is_valid() for one in [*self.closures, *self.specials])]
        self._check_dates()
        if self.week.errors:
            return False
        self._forget("public")
        self._check_holidays()
        self._is_valid = all(valid) and not self.mistakes
        self._forget("shown", "public", "calendar")
        self._hint()
        return self._is_valid

    def _check_dates(self) -> None:
        """Say where a date stands twice."""
        closed: set[date] = set()
        for one in self.closures:
            if one.day and one.day in closed:
                one.add_error("date", f"{one.called} is closed twice. Remove one of the two.")
            elif one.day:
                closed.add(one.day)
        special: set[date] = set()
        for one in self.specials:
            if not one.day:
                continue
            if one.day in special:
                one.add_error("date", f"{one.called} stands there twice. Put all its hours in one line.")
            elif one.day in closed:
                one.add_error(
                    "date", f"{one.called} is one of your closures, and stays closed. Remove it there first."
                )
            else:
                special.add(one.day)

    def _check_holidays(self) -> None:
        """Say where special hours are for a public holiday, which stays closed."""
        for one in self.specials:
            one.may_open = one.day in self.public and one.iso not in self._worked and one.opens
            if one.may_open and one.day:
                one.add_error(
                    "date",
                    f"{one.called} is {self.public[one.day]}, a public holiday, and stays closed. "
                    "To open, remove it from the holidays first.",
                )

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        dated = [*self.specials, *self.closures]
        return [*self.week.mistakes, *(mistake for one in dated for mistake in one.mistakes)]

    def apply(self) -> None:
        self._fill(self.content.working_time)

    def _fill(self, row: WorkingTime) -> None:
        """Put what was typed on a row; what says the same stays as it is written there."""
        words = self.week.cleaned_data
        for name in ("time_zone", "holiday_country", "holiday_region", "week"):
            setattr(row, name, words[name])
        before = {*row.closed, *row.special}
        closed = sorted(one.iso for one in self.closures)
        special = {one.iso: one.hours for one in sorted(self.specials, key=lambda one: one.iso)}
        worked = sorted(day.isoformat() for day in self.public if day.isoformat() in self._worked)
        row.closed = row.closed if sorted(row.closed) == closed else closed
        row.special = row.special if special_of(row.special) == special_of(special) else special
        row.worked_holidays = row.worked_holidays if sorted(row.worked_holidays) == worked else worked
        kept = {day: note for day, note in row.notes.items() if day not in before}
        dated = [*self.closures, *self.specials]
        row.notes = kept | {one.iso: one.cleaned_data["why"] for one in dated if one.cleaned_data["why"]}

    # --- What it shows -----------------------------------------------------------------------

    @cached_property
    def shown(self) -> WorkingTime:
        """The working time as typed, where that can be stored; else as it is stored."""
        row = copy(self.content.working_time)
        if self.data is not None and self._is_valid:
            self._fill(row)
        return row

    @cached_property
    def public(self) -> dict[date, str]:
        """The public holidays of the term, of the country and region as typed, where there is such."""
        row = self.content.working_time
        country, region = row.holiday_country, row.holiday_region
        if self.data is not None and not self.week.errors:
            words = self.week.cleaned_data
            country, region = words["holiday_country"], words["holiday_region"]
        try:
            return public_holidays(country, region, *term_of(self.version))
        except Refused:
            return {}

    @cached_property
    def calendar(self) -> Calendar:
        return calendar_of(self.shown, self.public)

    @cached_property
    def _base(self) -> tuple[Calendar | None, int]:
        """The calendar of the version in force, and its number."""
        agreement = self.version.agreement
        base = agreement.version_at(self.now) if self.now and agreement.pk else None
        return (base.frozen.terms().calendar, base.number) if base else (None, 0)

    @property
    def base_number(self) -> int:
        """The version that the picture compares with; 0: none."""
        return self._base[1]

    @property
    def _base_week(self) -> tuple[Hours, ...] | None:
        calendar = self._base[0]
        return calendar.week if calendar else None

    @property
    def days(self) -> list[Day]:
        return days_of(self.calendar.week, self._base_week)

    @property
    def closes(self) -> bool:
        """Whether the draft closes hours of the week that are open now."""
        return any(day.gone for day in self.days)

    @property
    def answer(self) -> Answer:
        return answer(self.calendar.week, self._base_week, self.base_number)

    @property
    def place(self) -> str:
        return place(self.shown.time_zone)

    @cached_property
    def _term(self) -> tuple[date, date]:
        """From when on it holds, today at the earliest, to when."""
        first, last = term_of(self.version)
        if self.now:
            first = max(first, local_day(self.now, self.shown.time_zone))
        return first, last

    @property
    def holidays(self) -> list[Holiday]:
        return holiday_rows(self.public, self._worked, self.calendar)

    @property
    def coming(self) -> list[Holiday]:
        """Those of the twelve months ahead."""
        first = self._term[0]
        return [one for one in self.holidays if first <= one.day < first + A_YEAR]

    @property
    def others(self) -> list[tuple[int, list[Holiday]]]:
        """The others of the term, by year."""
        coming = {one.day for one in self.coming}
        return by_year(one for one in self.holidays if one.day not in coming)

    @property
    def holiday_words(self) -> str:
        """ "110 in the term, until 2036; open on 2 of them"; blank without any."""
        if not self.public:
            return ""
        words = f"{len(self.public)} in the term, until {self._term[1].year}"
        worked = len(self._worked & {day.isoformat() for day in self.public})
        return f"{words}; open on {worked} of them" if worked else words

    @property
    def next_closed(self) -> list[ClosedDay]:
        names = day_names_of(self.shown, self.calendar, self.public)
        return next_closed(self.calendar, names, self.shown.closed, *self._term)

    @property
    def clock_hints(self) -> list[str]:
        """Where an opening begins or ends at a wall time that a change of the clock skips or repeats."""
        first, last = self._term
        found = []
        for change in clock_changes(self.shown.time_zone, first, min(last, first + A_YEAR)):
            on = f"{weekday_date(change.day)} {change.day.year}"
            span = f"{wall(change.start)} to {wall(change.end)}"
            edges = {minute for one in self.calendar.hours_on(change.day) for minute in one}
            for minute in sorted(edge for edge in edges if change.touches(edge)):
                if change.is_skipped:
                    what = f"skip {span}, so {wall(minute)} is taken as {wall(change.end)}"
                else:
                    what = f"show {span} twice, so {wall(minute)} is the first of the two"
                found.append(f"On {on} the clocks in {self.place} {what}.")
        return found

    def _hint(self) -> None:
        """Say beside a date what is worth knowing, as it stands."""
        if self.data is None or self._is_valid:
            for one in self.closures:
                one.hint = self._closed_anyway(one.day) if one.day else ""
            for one in self.specials:
                one.hint = self._special_hint(one.day) if one.day else ""

    def _closed_anyway(self, day: date) -> str:
        if outside := self._outside(day):
            return outside
        if day in self.public and day.isoformat() not in self._worked:
            return f"It is {self.public[day]}, a public holiday, and closed anyway."
        if not self.calendar.week[day.weekday()]:
            return f"It is a {WEEKDAY_NAMES[day.weekday()]}, and closed anyway."
        return ""

    def _special_hint(self, day: date) -> str:
        if outside := self._outside(day):
            return outside
        if self.calendar.special.get(day) == self.calendar.week[day.weekday()]:
            return f"These are the hours of every {WEEKDAY_NAMES[day.weekday()]}."
        return ""

    def _outside(self, day: date) -> str:
        first, last = term_of(self.version)
        if self.now and day < local_day(self.now, self.shown.time_zone):
            return "It is past, so it changes nothing."
        if not first <= day <= last:
            when = f"before the start, {long_date(first)}" if day < first else f"after {long_date(last)}"
            return f"It is {when}, so it changes nothing."
        return ""
