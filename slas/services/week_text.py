"""A week of opening hours as people type it: "mon-thu 09:00-12:00 13:00-17:00; fri 09:00-15:00"."""

import re
from collections.abc import Mapping, Sequence

from slas.rules.opening_hours import WEEKDAY_NAMES, WEEKDAYS, split_week
from slas.services.refusal import Refused

_HOURS = re.compile(r"(\d{1,2}:\d{2})-(\d{1,2}:\d{2})", re.ASCII)
_EXAMPLE = "Write it as “mon-fri 09:00-17:00”."


def week_of_text(text: str) -> dict[str, list[list[str]]]:
    """The week as the rules keep it; hours past midnight (22:00-06:00) become two intervals.

    Days (mon, mon-fri, Monday) come before their hours; commas, semicolons and spaces part them alike.
    Refused with a sentence for anything else. Overlaps are refused by `Calendar`.
    """
    week: dict[str, list[list[str]]] = {}
    days: list[str] = []
    days_have_hours = True
    for word in re.split(r"[\s,;]+", text.strip().lower().replace("\N{EN DASH}", "-")):
        if hours := _HOURS.fullmatch(word):
            if not days:
                raise Refused(f"“{word}” stands before any day. {_EXAMPLE}")
            for day in days:
                week.setdefault(day, []).append(_interval(word, *hours.groups()))
            days_have_hours = True
        else:
            if days_have_hours:
                days = []
            days += _days(word)
            days_have_hours = False
    if not days_have_hours:
        raise Refused(f"“{text}” names a day without hours. {_EXAMPLE}")
    return split_week(week)


# One day of a form: "9:00-12:00, 13:00-17:00".
_OPENING = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(?:-|to|until)\s*(\d{1,2})(?:[:.](\d{2}))?", re.ASCII)
DAY_EXAMPLE = "Write it as “9:00-12:00, 13:00-17:00”, or leave it empty for a closed day."


def openings_of_text(text: str, example: str = DAY_EXAMPLE) -> list[list[str]]:
    """One day's openings as people type them: "9-17", "9:00 to 12:00 and 13:00 to 17:00", "22:00-6:00".

    Blank or "closed" is none. Hours past midnight stay one pair here: `split_week` parts them. Refused with
    a sentence for anything else, which ends with the `example`.
    """
    text = text.strip().lower().replace("\N{EN DASH}", "-").replace("\N{EM DASH}", "-")
    if text in ("", "closed", "-"):
        return []
    openings = []
    for word in re.split(r"\s*(?:,|;|&|\band\b)\s*", text):
        if not (found := _OPENING.fullmatch(word)):
            raise Refused(f"“{word or text}” are no opening hours. {example}")
        from_hour, from_minute, to_hour, to_minute = found.groups("00")
        openings.append(_interval(word, f"{from_hour}:{from_minute}", f"{to_hour}:{to_minute}"))
    return openings


def text_of_week(week: Mapping[str, Sequence[Sequence[str]]]) -> dict[str, str]:
    """Each day's openings as `openings_of_text` reads them; a night that goes on after midnight is one."""
    days = {day: [list(pair) for pair in week.get(day, [])] for day in WEEKDAYS}
    for number, day in enumerate(WEEKDAYS):
        after = days[WEEKDAYS[(number + 1) % 7]]
        if not days[day] or not after or after is days[day]:
            continue
        night, morning = days[day][-1], after[0]
        if night[1] == "24:00" and morning[0] == "00:00" and morning[1] < night[0]:
            night[1] = morning[1]
            del after[0]
    return {day: text_of_openings(hours) for day, hours in days.items()}


def text_of_openings(openings: Sequence[Sequence[str]]) -> str:
    """ "9:00-12:00, 13:00-17:00"; blank for none."""
    return ", ".join(f"{_short(opens)}-{_short(closes)}" for opens, closes in openings)


def _short(time: str) -> str:
    return time.removeprefix("0")


def _interval(word: str, opens: str, closes: str) -> list[str]:
    opens, closes = opens.zfill(5), closes.zfill(5)
    if opens == closes:
        raise Refused(f"“{word}” ends when it begins. For a whole day write 00:00-24:00.")
    if opens == "24:00":
        raise Refused(f"“{word}” begins at 24:00. Write it as 00:00 of the next day.")
    for time in (opens, closes):
        if time != "24:00" and (time[:2] > "23" or time[3:] > "59"):
            raise Refused(
                f"“{time}” in “{word}” is no time of day. Write it as 09:30, or 24:00 for midnight."
            )
    return [opens, closes]


def _days(word: str) -> list[str]:
    ends = [_day(part) for part in word.split("-")]
    if None in ends or len(ends) > 2:
        raise Refused(f"“{word}” is neither a day nor hours. {_EXAMPLE}")
    first, last = WEEKDAYS.index(str(ends[0])), WEEKDAYS.index(str(ends[-1]))
    return [WEEKDAYS[(first + step) % 7] for step in range((last - first) % 7 + 1)]


def _day(word: str) -> str | None:
    """mon, or Monday in full, as mon; None for anything else."""
    names = [name.lower() for name in WEEKDAY_NAMES]
    if word in WEEKDAYS:
        return word
    return WEEKDAYS[names.index(word)] if word in names else None
