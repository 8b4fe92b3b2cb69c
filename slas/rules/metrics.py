"""The metrics a commitment may name: names, units and sentences (product section 4, interfaces.md).

How they are counted is in `reports.metrics`; what they mean is here, in the words of the page.
"""

from dataclasses import dataclass

UNITS = ("leads", "share", "seconds", "days", "money", "clocks", "visits")
KINDS = ("volume", "rate", "share", "duration", "money", "count")
SIDES = ("marketing", "sales", "shared")


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure. `better`: whether more or less of it is good, None where neither is; `side`: who
    usually promises it."""

    name: str
    label: str
    sentence: str
    unit: str
    kind: str
    better: str | None
    side: str

    @property
    def has_count(self) -> bool:
        """Whether its value is k of n, so that below 5 cases only the count is shown."""
        return self.kind in ("rate", "share")

    @property
    def adds_up(self) -> bool:
        """Whether the figure grows with the period, so that it has a pace."""
        return self.kind in ("volume", "count") or (self.kind == "money" and self.name != "average_revenue")


_ALL = (
    Metric(
        "visitors",
        "Website visitors",
        "Visits to the website counted in the period.",
        "visits",
        "volume",
        "more",
        "marketing",
    ),
    Metric(
        "leads",
        "Leads",
        "Leads that were created in the period.",
        "leads",
        "volume",
        "more",
        "marketing",
    ),
    Metric(
        "mqls",
        "MQLs delivered",
        "Leads that became an MQL for the first time in the period.",
        "leads",
        "volume",
        "more",
        "marketing",
    ),
    Metric(
        "mql_value",
        "Value of MQLs delivered",
        "Each MQL of the period at its source's close rate times its average revenue over the 12 months "
        "before the period, added up.",
        "money",
        "money",
        "more",
        "marketing",
    ),
    Metric(
        "accepted",
        "Accepted leads",
        "Leads that Sales accepted for the first time in the period.",
        "leads",
        "volume",
        "more",
        "sales",
    ),
    Metric(
        "sqls",
        "SQLs",
        "Leads that became an SQL for the first time in the period.",
        "leads",
        "volume",
        "more",
        "sales",
    ),
    Metric(
        "opportunities",
        "Opportunities",
        "Leads that became an opportunity for the first time in the period.",
        "leads",
        "volume",
        "more",
        "sales",
    ),
    Metric(
        "customers",
        "Customers won",
        "Leads that became a customer for the first time in the period.",
        "leads",
        "volume",
        "more",
        "sales",
    ),
    Metric(
        "revenue",
        "Revenue",
        "The amounts of the customers won in the period, added up in each currency.",
        "money",
        "money",
        "more",
        "sales",
    ),
    Metric(
        "average_revenue",
        "Average revenue per customer",
        "The revenue of the period's customers who have an amount, divided by their number.",
        "money",
        "money",
        "more",
        "sales",
    ),
    Metric(
        "visitor_to_lead",
        "Visitor to lead",
        "Of the website visits of the period, the share that became a lead.",
        "share",
        "rate",
        "more",
        "marketing",
    ),
    Metric(
        "lead_to_mql",
        "Lead to MQL",
        "Of the leads created in the period, the share that became an MQL at any time.",
        "share",
        "rate",
        "more",
        "marketing",
    ),
    Metric(
        "mql_to_accepted",
        "MQL to accepted",
        "Of the leads that became an MQL in the period, the share that Sales accepted at any time.",
        "share",
        "rate",
        "more",
        "shared",
    ),
    Metric(
        "mql_to_sql",
        "MQL to SQL",
        "Of the leads that became an MQL in the period, the share that became an SQL at any time.",
        "share",
        "rate",
        "more",
        "shared",
    ),
    Metric(
        "sql_to_opportunity",
        "SQL to opportunity",
        "Of the leads that became an SQL in the period, the share that became an opportunity at any time.",
        "share",
        "rate",
        "more",
        "sales",
    ),
    Metric(
        "opportunity_to_customer",
        "Opportunity to customer (win rate)",
        "Of the leads that became an opportunity in the period, the share that became a customer "
        "at any time.",
        "share",
        "rate",
        "more",
        "sales",
    ),
    Metric(
        "lead_to_customer",
        "Lead to customer",
        "Of the leads created in the period, the share that became a customer at any time.",
        "share",
        "rate",
        "more",
        "shared",
    ),
    Metric(
        "mql_to_customer",
        "MQL to customer",
        "Of the leads that became an MQL in the period, the share that became a customer at any time.",
        "share",
        "rate",
        "more",
        "shared",
    ),
    Metric(
        "speed_met_share",
        "Followed up in time",
        "Of the clocks of the period's handoffs that were met or breached, the share that was met.",
        "share",
        "share",
        "more",
        "sales",
    ),
    Metric(
        "depth_met_share",
        "Enough attempts",
        "Of the period's handoffs whose depth was met or breached, the share with enough attempts.",
        "share",
        "share",
        "more",
        "sales",
    ),
    Metric(
        "worked_share",
        "Leads worked",
        "Of the period's measured handoffs, the share with a follow-up that counts, in time or not.",
        "share",
        "share",
        "more",
        "sales",
    ),
    Metric(
        "rejected_share",
        "Leads rejected",
        "Of the period's handoffs, the share whose rejection by Sales is in effect.",
        "share",
        "share",
        "less",
        "marketing",
    ),
    Metric(
        "first_follow_up_business_seconds_median",
        "Time to first follow-up, business hours (median)",
        "Half of the period's handoffs that were followed up waited at most this long, in business hours.",
        "seconds",
        "duration",
        "less",
        "sales",
    ),
    Metric(
        "first_follow_up_business_seconds_p90",
        "Time to first follow-up, business hours (90th percentile)",
        "Nine in ten of the period's handoffs that were followed up waited at most this long, in business "
        "hours.",
        "seconds",
        "duration",
        "less",
        "sales",
    ),
    Metric(
        "first_follow_up_elapsed_seconds_median",
        "Time to first follow-up, elapsed (median)",
        "Half of the period's handoffs that were followed up waited at most this long, nights and weekends "
        "included.",
        "seconds",
        "duration",
        "less",
        "sales",
    ),
    Metric(
        "first_follow_up_elapsed_seconds_p90",
        "Time to first follow-up, elapsed (90th percentile)",
        "Nine in ten of the period's handoffs that were followed up waited at most this long, nights and "
        "weekends included.",
        "seconds",
        "duration",
        "less",
        "sales",
    ),
    Metric(
        "acceptance_seconds_median",
        "Time to acceptance (median)",
        "Half of the period's handoffs that Sales accepted were accepted within this time.",
        "seconds",
        "duration",
        "less",
        "sales",
    ),
    Metric(
        "first_contact_to_won_days_median",
        "First contact to first order (median)",
        "Half of the customers won in the period took at most so many days from first contact to first "
        "order.",
        "days",
        "duration",
        "less",
        "shared",
    ),
    Metric(
        "clocks_met",
        "Clocks met",
        "Handoffs of the period whose first follow-up came in time.",
        "clocks",
        "count",
        "more",
        "sales",
    ),
    Metric(
        "clocks_breached",
        "Clocks breached",
        "Handoffs of the period whose deadline passed without a follow-up that counts.",
        "clocks",
        "count",
        "less",
        "sales",
    ),
    Metric(
        "clocks_running",
        "Clocks running",
        "Handoffs of the period whose clock still runs, those at risk and those paused included.",
        "clocks",
        "count",
        None,
        "sales",
    ),
    Metric(
        "clocks_excluded",
        "Clocks excluded",
        "Handoffs of the period that Sales rejected before the deadline and before a follow-up.",
        "clocks",
        "count",
        None,
        "shared",
    ),
    Metric(
        "clocks_not_measured",
        "Clocks not measured",
        "Handoffs of the period from an import without follow-ups, and with none recorded since.",
        "clocks",
        "count",
        None,
        "shared",
    ),
    Metric(
        "clocks_without_window",
        "Handoffs without a window",
        "Handoffs of the period that no follow-up window matches.",
        "clocks",
        "count",
        None,
        "shared",
    ),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}
