"""Which promises make sense: whose a metric can be, and which leads it can be asked of."""

from slas.rules.metrics import METRICS

# Only one side can bring these about; both together may promise any.
_ONLY = {
    "marketing": ("visitors", "leads", "mqls", "mql_value", "visitor_to_lead", "lead_to_mql"),
    "sales": (
        *("accepted", "speed_met_share", "depth_met_share", "worked_share", "acceptance_seconds_median"),
        *("first_follow_up_business_seconds_median", "first_follow_up_business_seconds_p90"),
        *("first_follow_up_elapsed_seconds_median", "first_follow_up_elapsed_seconds_p90"),
        *("clocks_met", "clocks_breached", "clocks_running"),
    ),
}
_NAMES = {"marketing": "Marketing", "sales": "Sales"}
_VISITS = ("visitors", "visitor_to_lead")
_BEFORE_HANDOFF = ("leads", "lead_to_mql")


def unfit_side(metric: str, side: str) -> str:
    """Why that side alone can't promise the metric, in a sentence; blank where it can."""
    for only, metrics in _ONLY.items():
        if metric in metrics and side not in (only, "shared"):
            return (
                f"{_NAMES[side]} can’t keep “{METRICS[metric].label}”: it is up to {_NAMES[only]}. "
                "Choose another metric, or the other side."
            )
    return ""


def unfit_scope(metric: str, field: str) -> str:
    """Why the metric can't be asked of one source, campaign or tier (`field`); blank where it can."""
    if field and metric in _VISITS:
        return "Visits to the website are counted as a whole. Choose all leads."
    if field == "tier" and metric in _BEFORE_HANDOFF:
        return "Only leads that were handed over have a window. Choose all leads, a source or a campaign."
    if field == "tier" and metric == "clocks_without_window":
        return "These are the handoffs that no window matches. Choose all leads, a source or a campaign."
    return ""
