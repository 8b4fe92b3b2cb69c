"""What a service answers when it will not: one sentence to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from smarketing.accounts.models import User


class Refused(ValueError):
    """The sentence says what is wrong, where, and how to mend it. Nothing was stored."""


class Overtaken(Refused):
    """Somebody changed the draft while the page was open: `by` whom (None: nobody knows), when, and what."""

    def __init__(self, by: User | None, at: datetime | None, what: str) -> None:
        self.by, self.at, self.what = by, at, what
        super().__init__(
            f"{by or 'Somebody'} changed “{what}” while you had it open. "
            "Nothing of yours is stored. Read it again first."
        )
