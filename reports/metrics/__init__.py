"""The figures: for each metric of slas.rules.metrics the rows behind it, and the number they make.

A metric names its population (a queryset of leads, handoffs or clocks of a period) and its conditions
(registry.py); number, list and groups are made from the same two, so a figure is the length of its list
by construction. What each metric means is interfaces.md, "Metrics".

`until` cuts what happened: an event at `until` or later does not count, with today's knowledge of all that
happened before it. `now` is the same for a page: what happened at or before that second counts, and a clock
whose deadline is this very second still runs, as the judge says. Without either it is this second.

Periods are [start, end), aware instants. `scope` is None or what a promise has: {"source": "email"},
{"campaign": "Spring"} or {"tier": key or name of the window}; a pair ("source", "email") does as well.
"""

from reports.metrics.figure import Figure
from reports.metrics.figures import figure, figures, grouped
from reports.metrics.grouping import GROUPINGS, NO_GROUP
from reports.metrics.lists import behind, handoffs_behind, leads_behind
from reports.metrics.question import BadQuestion

__all__ = [
    "GROUPINGS",
    "NO_GROUP",
    "BadQuestion",
    "Figure",
    "behind",
    "figure",
    "figures",
    "grouped",
    "handoffs_behind",
    "leads_behind",
]
