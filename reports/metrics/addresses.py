"""Where a figure opens."""

from urllib.parse import urlencode

from django.urls import reverse

from slas.models import Agreement
from slas.rules.periods import Period


def figure_address(
    agreement: Agreement,
    metric: str,
    period: Period,
    scope: dict[str, str] | None = None,
    part: str = "",
    **narrowed: str,
) -> str:
    """The address of the opened figure; `narrowed`: `reached` a stage, or rejected for a `reason`."""
    query = {"period": period.key} | (scope or {}) | ({"part": part} if part else {}) | narrowed
    return f"{reverse('figure', args=[agreement.slug, metric])}?{urlencode(query)}"
