"""Blank: the least that can be agreed on. Both sides write the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slas.services.standard import standard_window
from slas.services.templates.parts import Template, content, definitions, promise, working_time

if TYPE_CHECKING:
    from slas.services.content import Content


def _content(_currency: str) -> Content:
    return content(
        working_time(),
        [standard_window()],
        [
            promise("mqls", "marketing", "mqls", "20", achievable="", relevant=""),
            promise("speed", "sales", "speed_met_share", "0.9", achievable="", relevant=""),
        ],
        definitions(),
        mirrors={"mqls": "speed", "speed": "mqls"},
    )


BLANK = Template(
    key="blank",
    name="Blank",
    for_whom="You know what you want to agree on, and write it yourselves.",
    promises="One promise of each side and one window for all leads, within 48 business hours. "
    "Why they are achievable and relevant, conditions and points are left for you to write.",
    content=_content,
)
