"""What a service answers when it will not: one sentence to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slas.models import Step


class Refused(ValueError):
    """The sentence says what is wrong, where, and how to mend it. Nothing was stored."""


class Overtaken(Refused):
    """Somebody else moved the draft on while the page was open: `step` says who, when and how."""

    def __init__(self, step: Step) -> None:
        self.step = step
        super().__init__(
            f"{step.by or 'Somebody'} {step.get_kind_display().lower()} it while you had it open. "
            "Nothing of yours is stored. Read it again first."
        )
