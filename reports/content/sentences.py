"""The sentences with which a mail or report opens: made from the figures, never claiming more than they
say."""

from collections.abc import Sequence

from reports.content.numbers import spelled
from reports.content.promises import ON_COURSE, SHORT, SIDES, TOO_EARLY, far_ahead, is_flood, shortfall
from reports.services.promises import Standing
from slas.rules.words import listed

MOST_SHORTFALLS = 3


def verdict(standings: Sequence[Standing]) -> str:
    """The subject's half: "six of eight promises on course", "all four promises kept"."""
    judged = _judged(standings)
    if not standings:
        return "no promises"
    if not judged:
        return "too early to say"
    which, _, how = _counted(judged)
    return f"{which} {how}"


def opening(standings: Sequence[Standing]) -> str:
    """The verdict as a sentence, with what can't be said yet."""
    judged = _judged(standings)
    if not standings:
        return "The agreement makes no promises."
    if not judged:
        return "It is too early to say how the promises stand."
    early = len(standings) - len(judged)
    rest = f"; of {spelled(early)} it is too early to say" if early else ""
    return _capital(f"{' '.join(_counted(judged))}{rest}.")


def _judged(standings: Sequence[Standing]) -> list[Standing]:
    return [each for each in standings if each.assessment.state not in TOO_EARLY]


def _counted(judged: Sequence[Standing]) -> tuple[str, str, str]:
    """("six of eight promises", "are", "on course"); kept, once all their periods are over."""
    kept, total = _kept(judged), len(judged)
    over = all(each.period_over for each in judged)
    good, bad = ("kept", "missed") if over else ("on course", "short")
    if total == 1:
        return "the one promise", "is", good if kept else bad
    if kept == total:
        return "both promises" if total == 2 else f"all {spelled(total)} promises", "are", good
    if not kept:
        return "neither promise" if total == 2 else f"none of {spelled(total)} promises", "is", good
    return f"{spelled(kept)} of {spelled(total)} promises", "is" if kept == 1 else "are", good


def _kept(standings: Sequence[Standing]) -> int:
    return sum(each.assessment.state in ON_COURSE for each in standings)


def what_is_short(standings: Sequence[Standing]) -> str:
    """ "Marketing is 7 MQLs short of its pace, and Sales is one follow-up short of 90% in time."; without a
    shortfall what is far ahead; else blank."""
    short = [each for each in standings if each.assessment.state in SHORT]
    if short:
        return _told(short)
    ahead = [each for each in standings if each.assessment.state == "far_ahead"]
    if ahead:
        side = SIDES[ahead[0].commitment.side]
        flood = ", more than Sales may be able to work" if is_flood(ahead[0]) else ""
        return f"{side} is {far_ahead(ahead[0])}{flood}."
    return ""


def _told(short: list[Standing]) -> str:
    """Each side once, with what it is short of; at most three shortfalls, the others counted."""
    by_side: dict[str, list[str]] = {}
    for each in short[:MOST_SHORTFALLS]:
        by_side.setdefault(SIDES[each.commitment.side], []).append(shortfall(each))
    clauses = [f"{side} {listed(_without_verb(told))}" for side, told in by_side.items()]
    more = len(short) - MOST_SHORTFALLS
    rest = f" {_capital(spelled(more))} more {'is' if more == 1 else 'are'} short." if more > 0 else ""
    return f"{', and '.join(clauses)}.{rest}"


def _without_verb(told: list[str]) -> list[str]:
    """ "is 5 short" and "is 3 short" as "is 5 short" and "3 short"."""
    verb = told[0].split(" ", 1)[0]
    return told[:1] + [text.removeprefix(f"{verb} ") for text in told[1:]]


def happened(when: str, handed_over: int, in_time: int, breached: int, won: int) -> str:
    """ "On Thursday 14 leads were handed over, 12 were followed up in time and 2 deadlines passed; 1 was
    won." """
    if not any((handed_over, in_time, breached, won)):
        return f"{when} nothing was handed over, and no deadline passed."
    parts = []
    if handed_over:
        parts.append(f"{_many(handed_over, 'lead')} handed over")
    if in_time:
        parts.append(f"{in_time:,} {_was(in_time)} followed up in time")
    if breached:
        noun = "deadline was" if breached == 1 else "deadlines were"
        parts.append(f"{breached:,} {noun} missed")
    if won:
        parts.append(f"{_many(won, 'customer')} won")
    return f"{when} {listed(parts)}."


def _many(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else noun + 's'} {_was(number)}"


def _was(number: int) -> str:
    return "was" if number == 1 else "were"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
