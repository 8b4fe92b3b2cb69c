"""An opened figure: the number, what it means, the sum that leads to its count, and the list behind it."""

import datetime as dt
from fractions import Fraction
from typing import Any, NamedTuple

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from leads.keyset import Place, place_of
from leads.models import Clock, Handoff
from leads.states import look_of
from reports.content.answer import figure_answer
from reports.content.cells import Cell, cell
from reports.content.numbers import late_text, of_count, percent
from reports.content.strip import STAGE_PLURALS
from reports.content.wins import rejected_of
from reports.metrics import NO_GROUP, BadQuestion, Figure, behind, figures, grouped
from reports.metrics.addresses import figure_address
from reports.metrics.periods import named_period, period_at, signed_versions, version_at
from reports.metrics.question import SCOPE_FIELDS
from reports.metrics.registry import Counted, Ranked, Spec, Summed, Unrecorded, spec_of
from reports.metrics.together import REACHED, reached
from reports.metrics.wording import count_text, value_text
from reports.services.nights import calendar_at
from reports.services.promises import standing
from slas.models import Agreement, Closure, Version
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.metrics import METRICS
from slas.rules.periods import Period, share_passed
from slas.rules.terms import Commitment
from slas.rules.wording import describe_commitment
from slas.rules.words import describe_week, duration, plain
from smarketing.now import this_second

PAGE = 50
PARTS = {"k": "Counted", "n": "All cases", "undecided": "Undecided"}

# What the handoffs of the period are, when the clocks that ended are counted.
_HANDOFF_SUM = ("clocks_not_measured", "clocks_without_window", "clocks_excluded", "clocks_running")


class Asked(NamedTuple):
    """Which figure the address asks for."""

    metric: str
    agreement: Agreement
    period: Period
    version: Version
    scope: dict[str, str]
    part: str
    now: dt.datetime
    narrowed: tuple[str, str] | None = None  # ("reached", stage) or ("reason", why it was rejected)

    @property
    def spec(self) -> Spec:
        return spec_of(self.metric)

    @property
    def span(self) -> tuple[Agreement, dt.datetime, dt.datetime]:
        return self.agreement, self.period.start, self.period.end

    @property
    def cut(self) -> dict[str, Any]:
        return {"now": self.now, "scope": self.scope or None}


class Term(NamedTuple):
    """One line of a sum: "still running", - 9, where it opens."""

    label: str
    number: str
    address: str = ""
    is_sum: bool = False


@require_safe
def opened_figure(request: HttpRequest, slug: str, metric: str) -> HttpResponse:
    """The figure of the period, scope and part that the address names; Http404 with a sentence otherwise."""
    agreement = get_object_or_404(Agreement, slug=slug)
    try:
        asked = _asked(request, agreement, metric)
        figure = figures([metric], *asked.span, **asked.cut)[metric]
        rows = behind(metric, *asked.span, part=asked.part, **asked.cut)  # type: ignore[arg-type]
        if asked.narrowed:
            context = _narrowed(asked, figure) | _page(request, asked, _narrow(asked, rows))
        else:
            beside = {"sum": _sum(asked, figure), "sources": _by_source(asked)}
            context = _context(asked, figure) | beside | _page(request, asked, rows)
    except BadQuestion as error:
        raise Http404(str(error)) from None
    return render(request, "reports/figure.html", context)


def _asked(request: HttpRequest, agreement: Agreement, metric: str) -> Asked:
    spec_of(metric)
    now, versions = this_second(), signed_versions(agreement)
    key = request.GET.get("period", "")
    period = named_period(agreement, key, versions) if key else period_at(agreement, "month", now, versions)
    scope = {name: request.GET[name] for name in SCOPE_FIELDS if name in request.GET}
    if len(scope) > 1:
        raise BadQuestion("A figure is for one scope: a source, a campaign or a tier. Leave the others out.")
    part = request.GET.get("part", "k")
    if part not in PARTS:
        raise BadQuestion(f"“{part}” is no part of a figure. Choose one of {', '.join(PARTS)}.")
    at = max(period.start, min(now, period.end - dt.timedelta(seconds=1)))
    version = version_at(versions, at)
    return Asked(metric, agreement, period, version, scope, part, now, _narrowing(request, metric))


# Lists that are a part of a figure: its metric, by the word in the address.
_NARROWS = {"reached": "mqls", "reason": "rejected_share"}


def _narrowing(request: HttpRequest, metric: str) -> tuple[str, str] | None:
    """What the address narrows the list to; BadQuestion where the figure has no such part."""
    given = [(word, request.GET[word]) for word in _NARROWS if word in request.GET]
    if not given:
        return None
    (word, value), *more = given
    if more or _NARROWS[word] != metric:
        raise BadQuestion(f"Only “{_NARROWS[word]}” is narrowed by “{word}”. Leave it out.")
    if word == "reached" and value not in REACHED:
        raise BadQuestion(f"“{value}” is no stage after the handoff. Choose one of {', '.join(REACHED)}.")
    return word, value


def _narrow(asked: Asked, rows: QuerySet) -> QuerySet:
    word, value = asked.narrowed or ("", "")
    if word == "reached":
        return rows.filter(reached(value)(asked.now))
    entries = rejected_of(*asked.span, asked.now).filter(reason=value)
    return rows.filter(pk__in=entries.values("handoff"))


def _narrowed(asked: Asked, figure: Figure) -> dict[str, Any]:
    """The context of a part: its number, and of how many."""
    word, name = asked.narrowed or ("", "")
    if word == "reached":
        number = behind("mqls", *asked.span, **asked.cut).filter(reached(name)(asked.now)).count()
        whole = int(figure.value or 0)
        said = f"that became {STAGE_PLURALS[name]}"
    else:
        number = rejected_of(*asked.span, asked.now).filter(reason=name).count()
        whole, said = figure.k or 0, f"for “{plain(name) or 'no reason given'}”"
    rate = f", {percent(Fraction(number, whole))}" if whole >= TOO_FEW_BELOW else ""
    return _context(asked, figure) | {
        "said": said,
        "whole": _address(asked),
        "value": f"{number:,}",
        "count": f"{of_count(number, whole)}{rate}",
        "standing": None,
        "undecided": None,
    }


def _context(asked: Asked, figure: Figure) -> dict[str, Any]:
    terms = asked.version.terms()
    promise = _promise(asked)
    shown = _cell(asked, promise, figure) if promise else None
    return {
        "standing": shown,
        "answer": _answer(shown) if shown else "",
        "undecided": figure.undecided,
        "metric": METRICS[asked.metric],
        "agreement": asked.agreement,
        "version": asked.version,
        "period": asked.period,
        "scope": next(iter(asked.scope.items()), None),
        "figure": figure,
        "promise": describe_commitment(promise, terms) if promise else "",
        "value": value_text(figure, promise.value if promise else None),
        "count": count_text(figure),
        "week": describe_week(terms.calendar),
        "holidays": sum(day.year == asked.period.first_day.year for day in terms.calendar.holidays),
        "year": asked.period.first_day.year,
        "is_recorded": not isinstance(asked.spec, Unrecorded),
    }


def _cell(asked: Asked, promise: Commitment, figure: Figure) -> Cell:
    """The promise as the scoreboard shows it."""
    terms, period = asked.version.terms(), asked.period
    closed = Closure.objects.filter(agreement=asked.agreement, retracted_at=None)
    calendar = calendar_at(terms.calendar, list(closed.values_list("date", "recorded_at")), asked.now)
    passed = share_passed(period, calendar, asked.now)
    return cell(standing(promise, period, figure, terms.currency, passed, asked.now), "", [], period.key)


def _answer(shown: Cell) -> SafeString:
    """What the figure means for the promise, in a sentence."""
    return figure_answer(shown.standing, shown.word)


def _promise(asked: Asked) -> Commitment | None:
    """The promise that this very figure is held against, if there is one."""
    for promise in asked.version.terms().commitments:
        same = (promise.metric, promise.period, promise.scope or {})
        if same == (asked.metric, asked.period.kind, asked.scope):
            return promise
    return None


# -- the sum ----------------------------------------------------------------------------------------


def _address(asked: Asked, metric: str = "", part: str = "") -> str:
    return figure_address(asked.agreement, metric or asked.metric, asked.period, asked.scope, part)


def _sum(asked: Asked, figure: Figure) -> list[Term]:
    """What leads to the count: each line opens its own list, the last line is the sum."""
    if figure.n is None or isinstance(asked.spec, Unrecorded | Summed) or figure.about.unit == "money":
        return []
    if asked.metric == "speed_met_share":
        return _clock_sum(asked, figure)
    k, n = figure.k or 0, figure.n
    undecided = figure.undecided or 0
    cases = Term("All cases", f"{n:,}", _address(asked, part="n"), True)
    if isinstance(asked.spec, Counted) and asked.spec.undecided and not asked.spec.population.is_leads:
        rest = Term("fell short", f"{n - k:,}")
        return [Term("Counted", f"{k:,}", _address(asked)), rest, cases]
    if isinstance(asked.spec, Ranked):
        return [Term("With a value", f"{k:,}", _address(asked)), Term("without", f"{n - k:,}"), cases]
    lines = [Term("Counted", f"{k:,}", _address(asked))]
    if isinstance(asked.spec, Counted) and asked.spec.undecided:
        lines.append(Term("undecided", f"{undecided:,}", _address(asked, part="undecided")))
    return [*lines, Term("not, and out", f"{n - k - undecided:,}"), cases]


def _clock_sum(asked: Asked, figure: Figure) -> list[Term]:
    parts = figures(_HANDOFF_SUM, *asked.span, **asked.cut)
    left = {name: int(part.value or 0) for name, part in parts.items()}
    handed_over = sum(left.values()) + (figure.n or 0)
    lines = [Term("Handed over in the period", f"{handed_over:,}", _address(asked, "rejected_share", "n"))]
    lines += [
        Term(METRICS[name].label.lower(), f"\N{MINUS SIGN} {number:,}", _address(asked, name))
        for name, number in left.items()
    ]
    return [*lines, Term("Counted here", f"{figure.n:,}", _address(asked, part="n"), True)]


def _by_source(asked: Asked) -> list[tuple[str, str, str]]:
    """(source, value, count) of each source that has any, in the order of its size."""
    found = grouped([asked.metric], *asked.span, by="source", **asked.cut)
    figures_of = {source: each[asked.metric] for source, each in found.items()}
    size = {
        source: (each.n if each.n is not None else each.number or 0) for source, each in figures_of.items()
    }
    ordered = sorted(figures_of, key=lambda source: (-size[source], source == NO_GROUP, source))
    promise = _promise(asked)
    target = promise.value if promise else None
    return [
        (source, value_text(figures_of[source], target), count_text(figures_of[source])) for source in ordered
    ]


# -- the list ---------------------------------------------------------------------------------------


def _page(request: HttpRequest, asked: Asked, rows: QuerySet) -> dict[str, Any]:
    """A page of the list, newest first, by key."""
    event = "at" if rows.model is Handoff else asked.spec.population.event
    place = _place(request)
    shown = list(_after(rows, event, place).order_by(f"-{event}", "-pk")[: PAGE + 1])
    more, shown = len(shown) > PAGE, shown[:PAGE]
    query = request.GET.copy()
    query.pop("after", None)
    first = query.urlencode()
    if more:
        query["after"] = str(Place(getattr(shown[-1], event), shown[-1].pk))
    return {
        "rows": [_row(row, event) for row in shown],
        "are_handoffs": rows.model is Handoff,
        "part": PARTS[asked.part],
        "parts": _parts(asked),
        "total": rows.count(),
        "first": None if place is None else first,
        "next": query.urlencode() if more else "",
    }


def _parts(asked: Asked) -> list[tuple[str, str, bool]]:
    """(label, address, whether it is shown) of the lists that there are beside each other."""
    spec, parts = asked.spec, {}
    if isinstance(spec, Ranked) or (isinstance(spec, Counted) and spec.among):
        parts = {"k": PARTS["k"], "n": PARTS["n"]}
    if isinstance(spec, Counted) and spec.undecided:
        parts["undecided"] = PARTS["undecided"]
    lists = [(label, _address(asked, part=part), part == asked.part) for part, label in parts.items()]
    if asked.metric == "speed_met_share":
        lists.insert(1, ("Breached", _address(asked, "clocks_breached"), False))
    return lists


def _place(request: HttpRequest) -> Place | None:
    try:
        return place_of(request.GET.get("after", ""))
    except ValueError as error:
        messages.warning(request, str(error))
        return None


def _after(rows: QuerySet, event: str, place: Place | None) -> QuerySet:
    if rows.model is Handoff:
        rows = rows.select_related("lead__owner", "clock__holder").with_state(this_second())  # type: ignore[attr-defined]
    else:
        rows = rows.select_related("owner")
    if place is None or place.at is None:
        return rows
    earlier = Q(**{f"{event}__lt": place.at}) | Q(pk__lt=place.pk)
    return rows.filter(earlier, **{f"{event}__lte": place.at})


def _row(row: Any, event: str) -> dict[str, Any]:
    """What the list shows of a lead or a handoff."""
    if not isinstance(row, Handoff):
        return {"lead": row, "at": getattr(row, event), "owner": row.owner or row.owner_text}
    clock = getattr(row, "clock", None)
    holder = (clock.holder or clock.holder_text) if clock else (row.lead.owner or row.lead.owner_text)
    return {
        "lead": row.lead,
        "at": row.at,
        "owner": holder,
        "look": look_of(row.state),  # type: ignore[attr-defined]
        "clock": clock,
        "words": _verdict(row.state, clock),  # type: ignore[attr-defined]
        "beside": "not followed up yet" if row.state == "breached" and not clock.stopped_at else "",  # type: ignore[attr-defined, union-attr]
    }


def _verdict(state: str, clock: Clock | None) -> str:
    """ "3 h 10 min late" of a breach, "after 38 min" of one that was met; blank: the state's own word."""
    if clock is None:
        return ""
    if state == "breached" and clock.deadline_at:
        worked = clock.stopped_at or this_second()
        return late_text(int((worked - clock.deadline_at).total_seconds()))
    if state == "met" and clock.first_follow_up_business_seconds is not None:
        seconds = clock.first_follow_up_business_seconds
        return f"Met after {duration(seconds)}" if seconds else "Met at once"
    return ""
