"""What is known about a lead and may be asked for in a rule; how its texts are compared.

The tables below are written for two readers: Python here, and the database, which has to compare in
exactly the same way (PostgreSQL's translate() and btrim() take them as they are).
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

EXTRA = "extra."


class Field(NamedTuple):
    """`kind` is text, number or email; `label` as it stands in the middle of a sentence."""

    name: str
    label: str
    kind: str


FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("source", "source", "text"),
        Field("campaign", "campaign", "text"),
        Field("country", "country", "text"),
        Field("company", "company", "text"),
        Field("job_title", "job title", "text"),
        Field("industry", "industry", "text"),
        Field("employees", "company size", "number"),
        Field("email", "e-mail", "email"),
        Field("phone", "phone", "text"),
    )
}

# Mailboxes that say nothing about where somebody works, in the order of the alphabet.
FREE_MAIL: tuple[str, ...] = (
    *("126.com", "163.com", "aol.com", "bluewin.ch", "bt.com", "comcast.net", "fastmail.com", "free.fr"),
    *("freenet.de", "gmail.com", "gmx.at", "gmx.ch", "gmx.com", "gmx.de", "gmx.net", "googlemail.com"),
    *("hotmail.co.uk", "hotmail.com", "hotmail.fr", "icloud.com", "inbox.lv", "laposte.net", "libero.it"),
    *("live.com", "live.dk", "live.se", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "orange.fr"),
    *("outlook.com", "outlook.dk", "proton.me", "protonmail.com", "qq.com", "seznam.cz", "t-online.de"),
    *("web.de", "wp.pl", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yandex.ru", "ymail.com", "zoho.com"),
)

BLANKS = " \t\n\r\x0b\x0c\xa0"  # taken off both ends of a text before it is compared

_ALPHABETS = ((0x41, 0x5A), (0xC0, 0x17F), (0x370, 0x52F))  # ASCII; Latin; Greek and Cyrillic
_CAPITALS = [
    chr(code)
    for first, last in _ALPHABETS
    for code in range(first, last + 1)
    if len(chr(code).lower()) == 1 and chr(code).lower() != chr(code)
]
FOLD_FROM = "".join(_CAPITALS)
FOLD_TO = "".join(capital.lower() for capital in _CAPITALS)
_FOLDING = str.maketrans(FOLD_FROM, FOLD_TO)


def fold(text: str) -> str:
    """The text with capitals made small, letter by letter, by the one table FOLD_FROM, FOLD_TO."""
    return text.translate(_FOLDING)


def field_of(name: Any) -> Field:
    """The field of that name; "extra.<Column>" is a text labelled by its column. ValueError if unknown."""
    if isinstance(name, str) and name in FIELDS:
        return FIELDS[name]
    column = name[len(EXTRA) :] if isinstance(name, str) and name.startswith(EXTRA) else ""
    if not column.strip(BLANKS):
        names = ", ".join(FIELDS)
        raise ValueError(f"{name!r} is no field of a lead. Choose one of {names}, or extra. and a column.")
    return Field(str(name), column, "text")


def text_of(attributes: Mapping[str, Any], name: str) -> str:
    """What the lead says there, blanks around it taken off; "" if it is unknown."""
    value = attributes.get(name)
    return value.strip(BLANKS) if isinstance(value, str) else ""


def number_of(attributes: Mapping[str, Any], name: str) -> int | None:
    """The whole number there; None if it is unknown. 0 is a number."""
    value = attributes.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def domain_of(address: str) -> str:
    """What stands after the last @, folded; "" where there is none."""
    return fold(address.rpartition("@")[2]).strip(BLANKS) if "@" in address else ""
