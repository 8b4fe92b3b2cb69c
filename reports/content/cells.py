"""One promise on the scoreboard: its words, its bar that reaches for the middle, its six columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from reports.content.numbers import of_count
from reports.content.promises import PromiseLine, is_flood, promise_line, room, should_be_text, target_text
from reports.services.promises import Standing
from reports.services.trends import BEFORE, Past
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.metrics import METRICS
from slas.rules.words import counted

_ICONS = {
    "met": ("met", "check-circle-fill"),
    "missed": ("breach", "x-octagon-fill"),
    "on_pace": ("met", "check-circle"),
    "within": ("met", "check-circle"),
    "behind": ("risk", "exclamation-triangle-fill"),
    "over": ("risk", "exclamation-triangle-fill"),
    "far_ahead": ("risk", "arrow-up-circle-fill"),
}
_QUIET = ("quiet", "dash-circle-dotted")

# The spark: six columns of 9 in 80 x 30, the promise line at 24 of 29 above the ground.
_STEP, _LINE, _GROUND = 14, 24, 29.5


@dataclass(frozen=True)
class Reach:
    """The bar in hundredths of its width, as SVG attributes; blank where it has none of it."""

    fill: str
    pace: str = ""
    short_from: str = ""
    short: str = ""
    wall: str = ""
    is_cap: bool = False


@dataclass(frozen=True)
class Column:
    x: int
    y: str
    height: str
    look: str  # blank: kept, miss, now


@dataclass(frozen=True)
class Spark:
    """The last periods against the promise; `line` is where the promise stands."""

    columns: list[Column]
    line: str
    says: str


@dataclass(frozen=True)
class Cell:
    """One promise on the board. `bound`: "at least 290 a month"; `beside`: the count, or what is due;
    `ahead`: where it is heading, or how much room there is."""

    line: PromiseLine
    standing: Standing
    address: str
    bound: str
    beside: str
    word: str
    tone: str
    icon: str
    ahead: str
    reach: Reach
    spark: Spark | None
    is_short: bool


def cell(standing: Standing, address: str, past: Sequence[Past], shown_period: str) -> Cell:
    line, state = promise_line(standing), standing.assessment.state
    tone, icon = _ICONS.get(state, _QUIET)
    if state == "far_ahead" and not is_flood(standing):
        tone = "met"
    return Cell(
        line=line,
        standing=standing,
        address=address,
        bound=_bound(standing, shown_period),
        beside=_beside(standing),
        word=line.word[:1].upper() + line.word[1:],
        tone=tone,
        icon=icon,
        ahead=room(standing) or line.forecast,
        reach=reach(standing),
        spark=spark(standing, past) if past else None,
        is_short=is_short(standing),
    )


def is_short(standing: Standing) -> bool:
    """Whether its half of the disc is hollow: behind, over, missed, or too far ahead to be worked."""
    return standing.assessment.is_short or is_flood(standing)


def _bound(standing: Standing, shown_period: str) -> str:
    """ "at least 290 a month", with the period where it is another than the page's."""
    promise = standing.commitment
    bound = f"at {'least' if promise.at_least else 'most'} {target_text(standing)} a {promise.period}"
    return bound if standing.period.key == shown_period else f"{bound}, here {standing.period.label}"


def _beside(standing: Standing) -> str:
    """ "134 of 151 · 9 undecided", "should be 168 by now", "of 290" once it is over."""
    figure = standing.figure
    if figure.about.has_count:
        enough = figure.n is not None and figure.n >= TOO_FEW_BELOW
        count = of_count(figure.k or 0, figure.n or 0) if enough else ""
        open_ = f"{figure.undecided:,} undecided" if figure.undecided else ""
        return " · ".join(filter(None, [count, open_]))
    if not METRICS[standing.commitment.metric].adds_up or not standing.commitment.at_least:
        return f"{figure.k:,} of {figure.n:,}" if figure.k is not None and figure.n else ""
    if standing.period_over:
        return f"of {target_text(standing)}"
    expected = should_be_text(standing)
    return f"should be {expected} by now" if expected else ""


# -- the bar ------------------------------------------------------------------------------------------


def reach(standing: Standing) -> Reach:
    """How far the figure reaches towards the promise, and what lacks up to where it should be by now."""
    promise, stands = standing.commitment, standing.assessment
    if standing.value is None or not promise.value or stands.state in ("too_few", "no_data"):
        return Reach("0")
    share = Fraction(standing.value) / Fraction(promise.value)
    if not promise.at_least:
        return _cap(share)
    adds_up = METRICS[promise.metric].adds_up
    due = Fraction(1)
    if adds_up and not standing.period_over and stands.expected is not None:
        due = min(Fraction(1), stands.expected / Fraction(promise.value))
    fill = min(share, Fraction(1))
    lacks = due - fill if stands.is_short else Fraction(0)
    return Reach(
        fill=_hundredths(fill),
        pace=_hundredths(due) if adds_up and not standing.period_over else "",
        short_from=_hundredths(fill) if lacks > 0 else "",
        short=_hundredths(lacks) if lacks > 0 else "",
    )


def _cap(share: Fraction) -> Reach:
    """At most: pale up to the figure, a wall at the limit, amber behind it."""
    if share <= 1:
        return Reach(_hundredths(share), wall="99.5", is_cap=True)
    limit = 1 / share
    return Reach(
        fill=_hundredths(limit),
        short_from=_hundredths(limit),
        short=_hundredths(1 - limit),
        wall=_hundredths(limit),
        is_cap=True,
    )


def _hundredths(share: Fraction | Decimal) -> str:
    return f"{100 * float(share):.1f}"


# -- the columns --------------------------------------------------------------------------------------


def spark(standing: Standing, past: Sequence[Past]) -> Spark:
    """Finished periods each against the target of its time, so one line serves all; the shown one last."""
    reaches = [each.reach for each in past] + [_share(standing)]
    scale = _LINE / max([Fraction(115, 100), *(min(each, Fraction(2)) for each in reaches if each)])
    scale = min(scale, Fraction(_LINE, 1) * Fraction(10, 12))
    looks = ["" if each.kept else "miss" for each in past] + [_now(standing)]
    first = BEFORE + 1 - len(reaches)
    columns = [
        _column(first + place, found, look, scale)
        for place, (found, look) in enumerate(zip(reaches, looks, strict=True))
    ]
    kept = sum(each.kept for each in past)
    kind = standing.commitment.period
    says = f"Of the {counted(len(past), f'finished {kind}')} before, {kept} kept the promise"
    return Spark(columns, f"{_GROUND - float(scale):.1f}", says)


def _share(standing: Standing) -> Fraction | None:
    if standing.value is None or not standing.commitment.value:
        return None
    return Fraction(standing.value) / Fraction(standing.commitment.value)


def _now(standing: Standing) -> str:
    if not standing.period_over:
        return "now"
    return "miss" if standing.assessment.state == "missed" else ""


def _column(place: int, found: Fraction | None, look: str, scale: Fraction) -> Column:
    height = max(1.0, float(min(found or Fraction(0), Fraction(2)) * scale))
    return Column(_STEP * place, f"{_GROUND - height:.1f}", f"{height:.1f}", look)
