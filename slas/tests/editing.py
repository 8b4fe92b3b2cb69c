"""What a browser sends of a section of the editor."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

EDIT = "/slas/inbound/2/edit/"


class _Fields(HTMLParser):
    """The names and values of the controls of one form, as a browser would send them without a button."""

    def __init__(self, section: str) -> None:
        super().__init__()
        self.section, self.inside = section, False
        self.found: list[tuple[str, str]] = []
        self.select = self.area = ""
        self.chosen: str | None = None
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        if tag == "form":
            self.inside = has.get("data-section") == self.section
        name = has.get("name") or ""
        if not self.inside or "disabled" in has:
            return
        if tag == "input" and name:
            self._input(name, has)
        elif tag == "select":
            self.select, self.chosen = name, None
        elif tag == "option" and self.select and (self.chosen is None or "selected" in has):
            self.chosen = has.get("value") or ""
        elif tag == "textarea":
            self.area, self.text = name, ""

    def _input(self, name: str, has: dict[str, str | None]) -> None:
        if has.get("type") in ("checkbox", "radio") and "checked" not in has:
            return
        self.found.append((name, has.get("value") or ("on" if has.get("type") == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        if self.area:
            self.text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select" and self.select:
            self.found.append((self.select, self.chosen or ""))
            self.select = ""
        elif tag == "textarea" and self.area:
            self.found.append((self.area, self.text.removeprefix("\n")))
            self.area = ""


def typed(answer: Any, section: str) -> dict[str, Any]:
    """What would be sent of the section as it is drawn in the answer; several of one name as a list."""
    parser = _Fields(section)
    parser.feed(answer.content.decode())
    assert parser.found, f"the section {section} is not open"
    sent: dict[str, Any] = {}
    for name, value in parser.found:
        sent[name] = [*sent[name], value] if name in sent else [value]
    return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


def fields(client: Any, section: str, edit: str = EDIT) -> dict[str, Any]:
    """The fields of a section as it is stored now."""
    return typed(client.get(f"{edit}{section}/"), section)


def post(client: Any, section: str, changes: dict[str, Any], *, edit: str = EDIT, **more: Any) -> Any:
    """Send a section as it is stored with some changes; `htmx=True`: as the script does."""
    return send(client, section, fields(client, section, edit) | changes, edit=edit, **more)


def send(client: Any, section: str, data: dict[str, Any], *, edit: str = EDIT, htmx: bool = False) -> Any:
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(f"{edit}{section}/", data, headers=headers)
