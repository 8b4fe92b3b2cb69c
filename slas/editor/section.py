"""What every section of the editor can do; the frame (slas.views.editing) knows no more of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from datetime import datetime

    from django import forms
    from django.http import QueryDict

    from slas.models import Section, Version
    from slas.services.content import Content


class SectionForm:
    """The form of one section of a draft, over the rows it is given.

    Drawn by `template` with itself as `form`; the frame makes the <form>, its buttons and the box of mistakes
    around it. A field's change is sent at once by htmx, and by Save without it; both store what `apply` puts
    on the rows, if `is_valid`. A button `name="do"` acts on what was typed (`do`), whereupon the section is
    drawn again; what is whole by then is stored as well.

    `version` and `content` are this form's own to change: the service reads them anew for each saving.
    """

    key: ClassVar[Section]
    template: ClassVar[str]
    hint: ClassVar[str] = ""  # beside the title, in small
    live: ClassVar[str] = ""  # drawn after each saving: pieces (hx-swap-oob) that follow what is typed
    wrong: ClassVar[str] = ""  # the same where saving was refused; only with `live`

    def __init__(self, version: Version, content: Content, data: QueryDict | None = None) -> None:
        self.version, self.content = version, content
        self.data: QueryDict | None = None if data is None else data.copy()
        self.now: datetime | None = None  # set by the frame before anything is asked

    def do(self, what: str) -> None:
        """Act on the typed data (`self.data`): "add", "remove-2", "up-2", "<prefix>:...". What is unknown
        changes nothing."""

    def is_valid(self) -> bool:
        """Whether what was typed can be stored. Asks nothing of other sections."""
        raise NotImplementedError

    @property
    def mistakes(self) -> list[tuple[str, str]]:
        """(id of the field, sentence) for each mistake, in the order of the page; after `is_valid`."""
        raise NotImplementedError

    def apply(self) -> None:
        """Put what was typed on `version` and `content`; lists of rows are replaced as a whole."""
        raise NotImplementedError

    @property
    def lacks(self) -> list[str]:
        """What the stored rows miss to be whole, a sentence each; a draft may be saved all the same."""
        return []


def mistakes_of(*parts: forms.BaseForm) -> list[tuple[str, str]]:
    """The mistakes of Django forms: (id of the field, sentence); those of a whole form name its first."""
    return [
        (_id_of(part, name), str(error))
        for part in parts
        for name, errors in part.errors.items()
        for error in errors
    ]


def _id_of(part: forms.BaseForm, name: str) -> str:
    field: Any = part[name] if name in part.fields else next(iter(part), None)
    return str(field.id_for_label or field.auto_id) if field is not None else ""


def place_of(text: str) -> int | None:
    """The place in a list that a button names; None for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 6 else None


def moved(rows: list[Any], what: str) -> list[Any] | None:
    """The rows after "remove-2", "up-2" or "down-2" (places from 0); None for anything else."""
    act, _, place = what.partition("-")
    number = place_of(place)
    if number is None or number >= len(rows):
        return None
    if act == "remove":
        return [*rows[:number], *rows[number + 1 :]]
    other = {"up": number - 1, "down": number + 1}.get(act)
    if other is None:
        return None
    if 0 <= other < len(rows):
        rows = list(rows)
        rows[number], rows[other] = rows[other], rows[number]
    return rows
