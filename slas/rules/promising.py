"""A promise as a person would say it: "Every month, Sales will win at least 22 customers."."""

from decimal import Decimal
from typing import Any

from slas.rules.metrics import METRICS
from slas.rules.terms import AgreementTerms, Commitment
from slas.rules.words import exact_duration, number_text, percent

SIDE_NAMES = {"marketing": "Marketing", "sales": "Sales", "shared": "Marketing and Sales together"}
_SCOPES = {"source": " from the source {}", "campaign": " of the campaign {}", "tier": " in the window {}"}

# What a side does to so many: verb, one, many.
_COUNTED = {
    "visitors": ("bring", "website visitor", "website visitors"),
    "leads": ("bring in", "lead", "leads"),
    "mqls": ("deliver", "MQL", "MQLs"),
    "accepted": ("accept", "lead", "leads"),
    "sqls": ("qualify", "SQL", "SQLs"),
    "opportunities": ("open", "opportunity", "opportunities"),
    "customers": ("win", "customer", "customers"),
}
# {q} is "at least 90%", {of} for which leads.
_DONE = {
    "mql_value": "deliver MQLs{of} worth {q}",
    "revenue": "win customers{of} for {q} of revenue",
    "average_revenue": "win customers{of} with an average revenue of {q}",
}
_DONE_BY_SALES = {
    "speed_met_share": "follow up {q} of the leads{of} in time",
    "depth_met_share": "make enough attempts for {q} of the leads{of}",
    "worked_share": "follow up {q} of the leads{of}, in time or late",
    "rejected_share": "reject {q} of the leads handed over{of}",
    "mql_to_accepted": "accept {q} of the MQLs{of}",
    "opportunity_to_customer": "win {q} of the opportunities{of}",
}
# What comes true, whoever promises it.
_COMES_TRUE = {
    "visitor_to_lead": "{q} of the website visits{of} will become leads",
    "lead_to_mql": "{q} of the leads{of} will become MQLs",
    "mql_to_accepted": "{q} of the MQLs{of} will be accepted",
    "mql_to_sql": "{q} of the MQLs{of} will become SQLs",
    "sql_to_opportunity": "{q} of the SQLs{of} will become opportunities",
    "opportunity_to_customer": "{q} of the opportunities{of} will become customers",
    "lead_to_customer": "{q} of the leads{of} will become customers",
    "mql_to_customer": "{q} of the MQLs{of} will become customers",
    "speed_met_share": "{q} of the leads{of} will be followed up in time",
    "depth_met_share": "{q} of the leads{of} will get enough attempts",
    "worked_share": "{q} of the leads{of} will be followed up, in time or late",
    "rejected_share": "{q} of the leads handed over{of} will be rejected",
    "first_follow_up_business_seconds_median": "half of the leads{of} will wait {q} for a follow-up",
    "first_follow_up_business_seconds_p90": "nine in ten leads{of} will wait {q} for a follow-up",
    "first_follow_up_elapsed_seconds_median": "half of the leads{of} will wait {q} for a follow-up",
    "first_follow_up_elapsed_seconds_p90": "nine in ten leads{of} will wait {q} for a follow-up",
    "acceptance_seconds_median": "half of the accepted leads{of} will wait {q} for it",
    "first_contact_to_won_days_median": "half of the customers{of} will take {q} from first contact to order",
    "clocks_met": "{q} of the clocks{of} will be met",
    "clocks_breached": "{q} of the clocks{of} will be breached",
    "clocks_running": "{q} of the clocks{of} will still run",
    "clocks_excluded": "{q} of the clocks{of} will be excluded",
    "clocks_not_measured": "{q} of the handoffs{of} will not be measured",
    "clocks_without_window": "{q} of the handoffs{of} will have no window",
}


def describe_commitment(
    commitment: Commitment, agreement: AgreementTerms, mirror: Commitment | None = None
) -> str:
    """ "Every month, Marketing will deliver at least 290 MQLs.", its reasons, and the promise beside it."""
    text = f"Every {commitment.period}, {_said(commitment, agreement.currency)}"
    text += f"{_among(commitment, agreement)}."
    if mirror is not None:
        text += f" It stands beside {SIDE_NAMES[mirror.side]}: {in_short(mirror, agreement.currency)}."
    return " ".join([text, *(one.strip() for one in (commitment.achievable, commitment.relevant) if one)])


def in_short(commitment: Commitment, currency: str) -> str:
    """ "at least 290 MQLs delivered from the source Demo request"; a time stands behind its name."""
    label = METRICS[commitment.metric].label
    if commitment.unit in ("seconds", "days"):
        return f"{_lowered(label)}{_of(commitment)}, {quantity(commitment, currency)}"
    return f"{quantity(commitment, currency)} {_lowered(label)}{_of(commitment)}"


def act(commitment: Commitment, currency: str) -> str:
    """What is done, without who and how often: "deliver at least 290 MQLs"."""
    said = _said(commitment, currency).removeprefix(SIDE_NAMES[commitment.side])
    return said.removeprefix(" will ").removeprefix(" promises that ").removeprefix(" promise that ")


def quantity(commitment: Commitment, currency: str) -> str:
    """ "at least 90%", "at most 4 h of business time"."""
    return f"{'at least' if commitment.at_least else 'at most'} {amount(commitment, currency)}"


def amount(commitment: Commitment, currency: str) -> str:
    """The promised value with its unit: "290", "90%", "EUR 1,240", "4 h of business time"."""
    value: Decimal = commitment.value
    if commitment.unit == "share":
        return percent(value)
    if commitment.unit == "seconds":
        return _seconds(commitment.metric, value)
    if commitment.unit == "money":
        return f"{currency} {number_text(value)}"
    if commitment.unit == "days":
        return f"{number_text(value)} {'day' if value == 1 else 'days'}"
    return number_text(value)


def title(commitment: Commitment) -> str:
    """What is promised, without the value: "MQLs delivered from the source Demo request"."""
    return f"{METRICS[commitment.metric].label}{_of(commitment)}"


def _said(commitment: Commitment, currency: str) -> str:
    side, metric = SIDE_NAMES[commitment.side], commitment.metric
    words = {"q": quantity(commitment, currency), "of": _of(commitment)}
    if metric in _COUNTED:
        verb, one, many = _COUNTED[metric]
        return f"{side} will {verb} {words['q']} {one if commitment.value == 1 else many}{words['of']}"
    does = _DONE.get(metric) or (_DONE_BY_SALES.get(metric) if commitment.side == "sales" else None)
    if does:
        return f"{side} will {does.format(**words)}"
    promise = "promise" if commitment.side == "shared" else "promises"
    return f"{side} {promise} that {_COMES_TRUE[metric].format(**words)}"


def _of(commitment: Commitment) -> str:
    return "".join(_SCOPES[kind].format(value) for kind, value in (commitment.scope or {}).items())


def _among(commitment: Commitment, agreement: AgreementTerms) -> str:
    """ ", among the 290 in all" where the same side promises so many of all leads as well."""
    if commitment.metric not in _COUNTED or commitment.scope is None or not commitment.at_least:
        return ""
    alike = ("side", "metric", "period", "at_least")
    for other in agreement.commitments:
        if other.scope is None and all(getattr(other, one) == getattr(commitment, one) for one in alike):
            return f", among the {number_text(other.value)} in all"
    return ""


def _lowered(label: str) -> str:
    first = label.split(" ", 1)[0]
    return label if first.isupper() or first[:-1].isupper() else label[0].lower() + label[1:]


def _seconds(metric: str, value: Decimal) -> str:
    whole = int(value)
    said = exact_duration(whole) if whole == value else f"{number_text(value)} s"
    kinds: dict[str, Any] = {"business": " of business time", "elapsed": " of elapsed time"}
    return said + next((words for kind, words in kinds.items() if f"_{kind}_" in metric), "")
