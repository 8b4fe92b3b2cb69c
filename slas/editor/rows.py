"""Rows of a list as they are typed: "fit-0-points", "fit-1-points" ..., moved about without losing any."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.http import QueryDict

    from slas.editor.rules import RuleForm

MOST_READ = 200  # more than a section lets anybody add
Row = dict[str, list[str]]  # what was sent of one row, by the name after "fit-0-"


def typed_rows(data: QueryDict, prefix: str, most: int = MOST_READ) -> list[Row]:
    """The rows under that prefix, in their order, at most `most`; gaps between their numbers are closed."""
    found: dict[int, Row] = {}
    shape = re.compile(rf"{re.escape(prefix)}-(\d{{1,3}})-(.+)", re.ASCII | re.DOTALL)
    for name, texts in data.lists():
        if one := shape.fullmatch(name):
            found.setdefault(int(one[1]), {})[one[2]] = texts
    return [found[number] for number in sorted(found)][:most]


def write_typed_rows(data: QueryDict, prefix: str, rows: list[Row]) -> None:
    """Replace the rows under that prefix, numbered from 0."""
    shape = re.compile(rf"{re.escape(prefix)}-\d{{1,3}}-.+", re.ASCII | re.DOTALL)
    for name in [name for name in data if shape.fullmatch(name)]:
        del data[name]
    for number, row in enumerate(rows):
        for name, texts in row.items():
            data.setlist(f"{prefix}-{number}-{name}", texts)


def write_typed_rule(data: QueryDict, form: RuleForm) -> None:
    """Replace what was sent of a rule by how its form stands now."""
    for name in [name for name in data if name.startswith(f"{form.prefix}-")]:
        del data[name]
    for name, text in form.typed():
        data[name] = text


def next_key(stem: str, keys: list[str]) -> str:
    """A key that none of them is: "fit-3"."""
    numbers = [int(key.removeprefix(f"{stem}-")) for key in keys if re.fullmatch(rf"{stem}-\d{{1,6}}", key)]
    return f"{stem}-{max(numbers, default=0) + 1}"


def safe_key(text: str, stem: str, keys: list[str]) -> str:
    """The key that was sent, if it is one and new; else another."""
    is_key = re.fullmatch(r"[a-z0-9]+(?:[-_][a-z0-9]+)*", text, re.ASCII) and len(text) <= 80
    return text if is_key and text not in keys else next_key(stem, keys)
