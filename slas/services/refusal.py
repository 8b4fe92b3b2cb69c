"""What a service answers when it will not: one sentence to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from smarketing.accounts.models import User


class Refused(ValueError):
    """The sentence says what is wrong, where, and how to mend it. Nothing was stored."""


class Overtaken(Refused):
    """Somebody changed the draft while the page was open: `by` whom (None: nobody knows), when, and what;
    `is_own`: whoever is told, elsewhere."""

    def __init__(self, by: User | None, at: datetime | None, what: str, *, is_own: bool = False) -> None:
        self.by, self.at, self.what = by, at, what
        who = "You" if is_own else by or "Somebody"
        where = "in another window" if is_own else "while you had it open"
        super().__init__(f"{who} changed “{what}” {where}. Nothing of yours is stored. Read it again first.")
