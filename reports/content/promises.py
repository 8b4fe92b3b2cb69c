"""A promise and how it stands, as the lines and half sentences of mails and reports."""

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

from reports.content.numbers import NOTHING, amount, exact, of_count
from reports.services.promises import Standing
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.metrics import METRICS, Metric

SIDES = {"marketing": "Marketing", "sales": "Sales", "shared": "Both sides"}
ON_COURSE = ("met", "on_pace", "within", "far_ahead")
SHORT = ("missed", "behind", "over")
TOO_EARLY = ("too_few", "no_data")

# What one is of what is counted.
_NOUNS = {
    "visitors": ("visit", "visits"),
    "leads": ("lead", "leads"),
    "mqls": ("MQL", "MQLs"),
    "accepted": ("accepted lead", "accepted leads"),
    "sqls": ("SQL", "SQLs"),
    "opportunities": ("opportunity", "opportunities"),
    "customers": ("customer", "customers"),
}
# What a share lacks, and what it is a share of: "2 follow-ups short of 90% in time".
_SHARES = {
    "speed_met_share": ("follow-up", "in time"),
    "depth_met_share": ("lead", "with enough attempts"),
    "worked_share": ("lead", "worked"),
    "rejected_share": ("lead", "rejected"),
}
_LOOKS = {"on_course": ("✓", "ok"), "short": ("▲", "no"), "missed": ("✕", "bad"), "quiet": (NOTHING, "mut")}


@dataclass(frozen=True)
class PromiseLine:
    """One promise in a mail. `figure` stands out, `detail` is beside it; `mark`, `word` and `look` say the
    state.

    `look` is a class of emails/base.html: ok, no, bad or mut.
    """

    key: str
    side: str
    label: str
    period: str
    figure: str
    detail: str
    mark: str
    word: str
    look: str
    state: str
    forecast: str = ""


def promise_line(standing: Standing) -> PromiseLine:
    state = standing.assessment.state
    mark, look = _LOOKS[_kind(state)]
    return PromiseLine(
        key=standing.commitment.key,
        side=standing.commitment.side,
        label=label_of(standing),
        period=standing.period.label,
        figure=figure_text(standing),
        detail=_detail(standing),
        mark=mark,
        word=_word(standing),
        look=look,
        state=state,
        forecast=_forecast(standing),
    )


def _kind(state: str) -> str:
    if state in ("behind", "over", "far_ahead"):
        return "short"
    return "on_course" if state in ON_COURSE else "missed" if state == "missed" else "quiet"


def columns(lines: list[PromiseLine], mirrors: dict[str, str]) -> list[tuple[str, list[PromiseLine]]]:
    """The promises by side, mirrored ones at the same height: Marketing's in their order, Sales' beside them.

    `mirrors` maps the key of a promise to that of the one it mirrors. What both sides promise comes last.
    """
    left = [line for line in lines if line.side == "marketing"]
    right = [line for line in lines if line.side == "sales"]
    places = {line.key: place for place, line in enumerate(left)}
    partner = {line.key: places.get(_mirror_of(line.key, mirrors), len(places)) for line in right}
    right.sort(key=lambda line: partner[line.key])
    shared = [line for line in lines if line.side == "shared"]
    return [
        (side, part) for side, part in (("marketing", left), ("sales", right), ("shared", shared)) if part
    ]


def _mirror_of(key: str, mirrors: dict[str, str]) -> str:
    return mirrors.get(key) or next((other for other, mirrored in mirrors.items() if mirrored == key), "")


# -- one line ---------------------------------------------------------------------------------------


def label_of(standing: Standing) -> str:
    """ "MQLs delivered", with a scope "MQLs delivered, Demo request"."""
    scope = next(iter((standing.commitment.scope or {}).values()), "")
    return f"{_metric(standing).label}{f', {scope}' if scope else ''}"


def figure_text(standing: Standing) -> str:
    """The figure as it is shown: below 5 cases a rate is its count, without a rate."""
    figure = standing.figure
    if figure.about.has_count and figure.n is not None and 0 < figure.n < TOO_FEW_BELOW:
        return of_count(figure.k or 0, figure.n)
    if standing.value is None:
        return NOTHING
    return _amount(standing, standing.value)


def target_text(standing: Standing) -> str:
    return amount(standing.commitment.value, standing.commitment.unit, currency=standing.currency)


def _amount(standing: Standing, value: object) -> str:
    unit, target = standing.commitment.unit, standing.commitment.value
    return amount(value, unit, currency=standing.currency, target=target)  # type: ignore[arg-type]


def _detail(standing: Standing) -> str:
    figure, target = standing.figure, target_text(standing)
    bound = f"at {'least' if standing.commitment.at_least else 'most'} {target}"
    if figure.about.has_count:
        counted = figure.n is not None and figure.n >= TOO_FEW_BELOW
        return f"{of_count(figure.k or 0, figure.n or 0)}, {bound}" if counted else bound
    if not standing.commitment.at_least or not _metric(standing).adds_up:
        return bound
    return f"of {target}{_should_be(standing)}"


def _should_be(standing: Standing) -> str:
    expected = should_be_text(standing)
    return f", should be {expected}" if expected else ""


def should_be_text(standing: Standing) -> str:
    """What the pace asks for by now, in whole cases; blank once the period is over."""
    expected = standing.assessment.expected
    if standing.period_over or expected is None:
        return ""
    whole = Fraction(floor(expected + Fraction(1, 2)))
    return amount(whole, standing.commitment.unit, currency=standing.currency)


def _word(standing: Standing) -> str:
    state, by = standing.assessment.state, gap_text(standing)
    if state in ("behind", "missed") and by:
        return f"{state} by {by}"
    return {
        "on_pace": "on pace" if _metric(standing).adds_up else "on course",
        "within": "within the limit",
        "over": f"over the limit by {by}" if by else "over the limit",
        "far_ahead": "far ahead",
        "too_few": "too few to say",
        "no_data": "no cases yet",
    }.get(state, state)


def _forecast(standing: Standing) -> str:
    """ "heading for 236 to 262", "heading for 82% to 90%" while the period runs; else blank."""
    assessment, metric = standing.assessment, _metric(standing)
    if standing.period_over or assessment.forecast is None:
        return ""
    if metric.has_count and assessment.forecast_low is not None and assessment.forecast_high is not None:
        lowest, highest = floor(100 * assessment.forecast_low), ceil(100 * assessment.forecast_high)
        return f"heading for {lowest}% to {highest}%"
    if not metric.adds_up:
        return ""
    low, high = (
        floor(x) if x is not None else None for x in (assessment.forecast_low, assessment.forecast_high)
    )
    if low is None or high is None:
        return ""
    unit, currency = standing.commitment.unit, standing.currency
    ends = [amount(end, unit, currency=currency) for end in (low, high)]
    return f"heading for {ends[0]}" if low == high else f"heading for {ends[0]} to {ends[1]}"


# -- what is short ----------------------------------------------------------------------------------


def gap_number(standing: Standing) -> int | None:
    """How many cases are missing (or too many): of a share those that would reach the promise at this n, of a
    volume those up to the pace; None for durations and money."""
    metric, target = _metric(standing), Fraction(standing.commitment.value)
    figure = standing.figure
    if metric.has_count:
        if not figure.n or figure.k is None:
            return None
        if standing.commitment.at_least:
            return max(0, ceil(target * figure.n) - figure.k)
        return max(0, figure.k - floor(target * figure.n))
    if metric.unit in ("leads", "clocks", "visits") and standing.assessment.gap is not None:
        return ceil(abs(standing.assessment.gap))
    return None


def room(standing: Standing) -> str:
    """ "room for 6 more": how many of a share at most there may still be among these cases; else blank."""
    figure, promise = standing.figure, standing.commitment
    within = standing.assessment.state in ("within", "met") and not promise.at_least
    if (
        not within
        or standing.period_over
        or not figure.n
        or figure.k is None
        or not _metric(standing).has_count
    ):
        return ""
    more = floor(Fraction(promise.value) * figure.n) - figure.k
    return f"room for {more:,} more" if more else "room for no more"


def gap_text(standing: Standing) -> str:
    """ "7", "1 lead", "€1,200", "20 min": by how much it is short; blank where that says nothing."""
    number, metric = gap_number(standing), _metric(standing)
    if number is not None:
        return _cases(number, standing) if metric.has_count else f"{number:,}"
    gap = standing.assessment.gap
    if gap is None or metric.unit == "share":
        return ""
    return amount(abs(gap), metric.unit, currency=standing.currency)


def _cases(number: int, standing: Standing) -> str:
    noun = _SHARES.get(standing.commitment.metric, ("lead", ""))[0]
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def shortfall(standing: Standing) -> str:
    """What follows the side's name: "is 7 MQLs short of its pace", "is one follow-up short of 90% in
    time"."""
    metric, number = _metric(standing), gap_number(standing)
    if metric.has_count and number and standing.commitment.at_least:
        noun, of_what = _SHARES.get(metric.name, ("lead", f"({label_of(standing)})"))
        cases = f"{_figure(number)} {noun if number == 1 else noun + 's'}"
        goal = f"{target_text(standing)} {of_what}{_scoped(standing)}"
        return f"{_verb(standing, 'is', 'was')} {cases} short of {goal}"
    if metric.name == "rejected_share" and number and not standing.commitment.at_least:
        cases = f"{_figure(number)} rejected {'lead' if number == 1 else 'leads'}"
        return f"{_verb(standing, 'is', 'was')} {cases} over its limit of {target_text(standing)}"
    if metric.adds_up and standing.commitment.at_least:
        what = _volume(standing, number)
        goal = f"{target_text(standing)} of {standing.period.label}" if standing.period_over else "its pace"
        return f"{_verb(standing, 'is', 'was')} {what} short of {goal}"
    bound = "at least" if standing.commitment.at_least else "at most"
    label = label_of(standing)
    shown = figure_text(standing)
    return f"{_verb(standing, 'has', 'had')} {shown} instead of {bound} {target_text(standing)} in “{label}”"


def _verb(standing: Standing, now: str, then: str) -> str:
    verb = then if standing.period_over else now
    plural = {"is": "are", "was": "were", "has": "have", "had": "had"}
    return plural[verb] if standing.commitment.side == "shared" else verb


def _volume(standing: Standing, number: int | None) -> str:
    if number is None:
        return f"{gap_text(standing)} of {_metric(standing).label.lower()}{_scoped(standing)}"
    one, many = _NOUNS.get(standing.commitment.metric, ("case", "cases"))
    return f"{_figure(number)} {one if number == 1 else many}{_scoped(standing)}"


def _figure(number: int) -> str:
    """In running text: "one", else the figure."""
    return "one" if number == 1 else f"{number:,}"


def _scoped(standing: Standing) -> str:
    scope = next(iter((standing.commitment.scope or {}).values()), "")
    return f" ({scope})" if scope else ""


def is_flood(standing: Standing) -> bool:
    """More leads than Sales may be able to work (product section 4); Sales far ahead is no flood."""
    return standing.assessment.state == "far_ahead" and standing.commitment.side == "marketing"


def far_ahead(standing: Standing) -> str:
    """ "30 MQLs ahead of its pace"."""
    gap = standing.assessment.gap or Fraction(0)
    number = floor(exact(gap)) if _metric(standing).unit in ("leads", "clocks", "visits") else None
    return f"{_volume(standing, number)} ahead of its pace"


def _metric(standing: Standing) -> Metric:
    return METRICS[standing.commitment.metric]
