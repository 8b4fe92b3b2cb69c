"""Agreements to begin with, each made for one way of selling."""

from slas.services.templates.blank import BLANK
from slas.services.templates.enterprise import ENTERPRISE
from slas.services.templates.inbound import INBOUND
from slas.services.templates.parts import Template
from slas.services.templates.product_led import PRODUCT_LED

__all__ = ["BLANK", "TEMPLATES", "Template"]

# In the order in which they are offered.
TEMPLATES: dict[str, Template] = {one.key: one for one in (INBOUND, ENTERPRISE, PRODUCT_LED, BLANK)}
