"""What became of the leads handed over in a period, as steps from new leads to customers."""

from dataclasses import dataclass

from reports.content.numbers import percent
from reports.metrics import Figure
from reports.metrics.addresses import figure_address
from reports.metrics.together import REACHED
from slas.models import Agreement
from slas.rules.commitments import TOO_FEW_BELOW
from slas.rules.periods import Period

_NAMES = {"accepted": "Accepted", "sql": "SQLs", "opportunity": "Opportunities", "customer": "Customers"}
STAGE_PLURALS = {
    "accepted": "accepted leads",
    "sql": "SQLs",
    "opportunity": "opportunities",
    "customer": "customers",
}


@dataclass(frozen=True)
class Step:
    """One step: its count opens its leads; `rate` is blank where it would say nothing."""

    side: str
    name: str
    count: str
    address: str
    rate: str = ""


def strip(agreement: Agreement, period: Period, found: dict[str, Figure]) -> list[Step]:
    """New leads and MQLs of Marketing, then how far the period's MQLs have come with Sales."""
    mqls = int(found["mqls"].value or 0)
    steps = [
        Step("mkt", "New leads", f"{found['leads'].value:,}", figure_address(agreement, "leads", period)),
        Step("mkt", "MQLs", f"{mqls:,}", figure_address(agreement, "mqls", period), _of_new(found)),
    ]
    for stage in REACHED:
        reached = found[f"reached {stage}"]
        address = figure_address(agreement, "mqls", period, reached=stage)
        steps.append(Step("sales", _NAMES[stage], f"{reached.k or 0:,}", address, _rate(reached)))
    return steps


def _of_new(found: dict[str, Figure]) -> str:
    rate = _rate(found["lead_to_mql"])
    return f"{rate} of the new" if rate.endswith("%") else rate


def _rate(figure: Figure) -> str:
    if not figure.n:
        return ""
    if figure.n < TOO_FEW_BELOW or figure.k is None:
        return "too few for a rate"
    return percent(figure.value or 0)
