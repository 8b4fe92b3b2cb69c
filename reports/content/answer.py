"""The sentences that open the scoreboard: how the promises stand, who is behind, what needs a hand."""

import re
from collections.abc import Sequence

from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe

from reports.content.numbers import spelled
from reports.content.promises import SIDES, promise_line
from reports.content.sentences import opening, what_is_short
from reports.services.hand import Hand
from reports.services.promises import Standing

_LOOKS = {"Marketing": "mkt", "Sales": "sales"}
# "is 7 MQLs short of", "and 5 customers short of": what is missing stands out.
_MISSING = re.compile(
    r"\b(is|was|are|were|and) ((?:one|[€$£]?\d[\d,.]*) [^.,;“”&]*?) (?=(?:short of|over its)\b)"
)


def answer(standings: Sequence[Standing], hand: Hand | None) -> SafeString:
    """HTML of one to three sentences; `hand` is None for a period that is over."""
    said = " ".join(filter(None, [opening(standings), what_is_short(standings)]))
    return marked(said) if hand is None else format_html("{} {}", marked(said), hand_sentence(hand))


def figure_answer(standing: Standing, word: str) -> SafeString:
    """One promise in a sentence: what is short, or that it is kept and against what."""
    said = what_is_short([standing])
    if not said:
        line = promise_line(standing)
        side = SIDES[standing.commitment.side]
        verb = "promised" if standing.period_over else "promises"
        said = f"{word}: {line.figure}, {line.detail}. {side} {verb} it."
    return marked(said)


def marked(said: str) -> SafeString:
    text = _coloured(_MISSING.sub(r'\1 <b class="nowrap">\2</b> ', str(conditional_escape(said))))
    return mark_safe(text)  # noqa: S308 -- escaped first, then our own marks added


def _coloured(text: str) -> str:
    """Each side in its colour where it is named first."""
    for side, look in _LOOKS.items():
        marked = f'<b class="side-word of-{look}">{side}</b>'
        text = re.sub(rf"\b{side}(?= (?:is|was|has|had|promises|promised)\b)", marked, text, count=1)
    return text


def hand_sentence(hand: Hand) -> SafeString | str:
    """ "Three clocks are close to their deadline, and one of them has no owner." with its link."""
    if hand.close:
        noun = "clock is" if hand.close == 1 else "clocks are"
        their = "its" if hand.close == 1 else "their"
        link = format_html(
            '<a href="#hand">{} {} close to {} deadline</a>', _capital(spelled(hand.close)), noun, their
        )
        return format_html("{}{}.", link, _alone(hand))
    if hand.late:
        noun = "clock" if hand.late == 1 else "clocks"
        return format_html(
            '<a href="#hand">{} {} just ran out</a>, and nobody has followed up yet.',
            _capital(spelled(hand.late)),
            noun,
        )
    return "No clock is close to its deadline."


def _alone(hand: Hand) -> str:
    if not hand.alone:
        return ""
    if hand.alone == hand.close:
        return ", and it has no owner" if hand.close == 1 else ", and none of them has an owner"
    return f", and {spelled(hand.alone)} of them {'has' if hand.alone == 1 else 'have'} no owner"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
