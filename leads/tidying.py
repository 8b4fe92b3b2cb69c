"""Text of one line, as it is stored: nothing in it moves the lines or the direction of what is around it."""

from __future__ import annotations

import re

# Controls and line ends are blanks; characters that turn the direction of writing are nothing at all.
_BLANKS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_TURNS = re.compile(r"[\u202a-\u202e\u2066-\u2069]+")


def tidy(text: str) -> str:
    """The text without controls, line ends and overrides of direction, and without blanks around it."""
    if text.isprintable():
        return text.strip()
    return _BLANKS.sub(" ", _TURNS.sub("", text)).strip()
