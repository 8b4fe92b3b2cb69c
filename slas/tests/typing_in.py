"""What a browser would send of a form as it is drawn; typing over some of it."""

from html.parser import HTMLParser
from typing import Any

from django.http import QueryDict


class _Fields(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.sent: list[tuple[str, str]] = []
        self.labels: list[str] = []
        self.controls: list[dict[str, Any]] = []
        self.buttons: list[str] = []
        self._select: str | None = None
        self._options: list[tuple[str, bool]] = []
        self._area: str | None = None
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name")
        if tag == "label":
            self.labels.append(found.get("for") or "")
        elif tag == "button" and name == "do":
            self.buttons.append(found.get("value") or "")
        elif tag == "option" and self._select is not None:
            self._options.append((found.get("value") or "", "selected" in found))
        elif tag in ("input", "select", "textarea") and name:
            self.controls.append(found)
            self._control(tag, name, found)

    def _control(self, tag: str, name: str, found: dict[str, str | None]) -> None:
        if tag == "select":
            self._select, self._options = name, []
        elif tag == "textarea":
            self._area, self._text = name, ""
        elif found.get("type") not in ("checkbox", "radio") or "checked" in found:
            self.sent.append((name, found.get("value") or ("on" if found.get("type") == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._select is not None:
            chosen = [value for value, selected in self._options if selected]
            first = [value for value, _ in self._options[:1]]
            self.sent += [(self._select, value) for value in (chosen or first)[-1:]]
            self._select = None
        elif tag == "textarea" and self._area is not None:
            self.sent.append((self._area, self._text.removeprefix("\n")))
            self._area = None


def fields_of(html: str) -> _Fields:
    """The fields, labels and buttons of a page or a part of it."""
    found = _Fields()
    found.feed(html)
    return found


def typed(html: str, **over: str) -> QueryDict:
    """What would be sent, with `over` typed over some of it (`__` stands for a hyphen)."""
    data = QueryDict(mutable=True)
    for name, value in fields_of(html).sent:
        data.appendlist(name, value)
    for name, value in over.items():
        data[name.replace("__", "-")] = value
    return data


def unlabelled(html: str) -> list[str]:
    """The names of controls that no label names."""
    found = fields_of(html)
    return [
        one["name"]
        for one in found.controls
        if one.get("type") != "hidden" and one.get("id") not in found.labels and not one.get("aria-label")
    ]
