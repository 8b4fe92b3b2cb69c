"""Pages by key: page 10,000 costs what page 1 does, and new rows shift nothing."""

from __future__ import annotations

import datetime as dt
import re
from typing import NamedTuple

_FORMAT = "%Y%m%dT%H%M%SZ"
_PLACE = re.compile(r"(\d{8}T\d{6}Z|open)-(\d{1,18})")


class Place(NamedTuple):
    """The last row of a page: its instant (None: it has none) and its id."""

    at: dt.datetime | None
    pk: int

    def __str__(self) -> str:
        return f"{'open' if self.at is None else self.at.astimezone(dt.UTC).strftime(_FORMAT)}-{self.pk}"


def place_of(text: str) -> Place | None:
    """The place that an address names; None where it names none, ValueError with a sentence if damaged."""
    if not text:
        return None
    found = _PLACE.fullmatch(text)
    try:
        if not found:
            raise ValueError
        instant = None if found[1] == "open" else dt.datetime.strptime(f"{found[1]}+0000", f"{_FORMAT}%z")
    except ValueError:
        raise ValueError("The address of this page is damaged. Here is the first page.") from None
    return Place(instant, int(found[2]))
