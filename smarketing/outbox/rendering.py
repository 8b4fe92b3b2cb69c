"""From a template and a context to subject, plain text and HTML that a mail program shows well."""

import re
import textwrap
import unicodedata
from dataclasses import dataclass
from typing import Any

import css_inline
from django.conf import settings
from django.template import Context, loader
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from smarketing.accounts.models import User
from smarketing.outbox.links import unsubscribe_url
from smarketing.outbox.models import Kind

SUBJECT_LENGTH = 250
TEXT_WIDTH = 72
_inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=False)


@dataclass(frozen=True)
class Letter:
    """What a mail says, ready to store. `unsubscribe_url` is blank where the kind can't be switched off."""

    subject: str
    text: str
    html: str
    unsubscribe_url: str


def render(
    *,
    kind: Kind,
    reader: User | None,
    subject: str = "",
    template: str = "",
    text: str = "",
    html: str = "",
    context: dict[str, Any] | None = None,
) -> Letter:
    """Render one mail for `reader` (None: somebody without an account), with times in their zone.

    With `template` the parts come from emails/<template>_subject.txt, _body.txt and _body.html (the
    last extends emails/base.html); `subject`, `text` and `html` replace a part. Ready `html` is the
    inside of the letter: safe markup, put into the base layout. ValueError without subject or text.
    """
    values = {
        "reader": reader,
        "kind": kind,
        "public_url": settings.PUBLIC_URL,
        "unsubscribe_url": unsubscribe_url(reader, kind) if reader else "",
    } | (context or {})
    with timezone.override(reader.zone if reader else timezone.get_default_timezone()):
        subject = one_line(subject or _plain(f"emails/{template}_subject.txt", values))
        values["subject"] = subject
        text = text or _plain(f"emails/{template}_body.txt", values)
        footer = _plain("emails/base_footer.txt", values)
        if html or template:
            html = _html(f"emails/{template}_body.html" if template and not html else "", html, values)
    if not subject or not text.strip():
        raise ValueError("A mail needs a subject and a text.")
    return Letter(subject, wrap(f"{text}\n\n{footer}"), html, values["unsubscribe_url"])


def one_line(subject: str) -> str:
    """`subject` as one line without control characters, at most 250 characters long."""
    clean = "".join(
        " " if unicodedata.category(sign)[0] == "C" or sign in "\u2028\u2029" else sign for sign in subject
    )
    clean = " ".join(clean.split())
    return clean if len(clean) <= SUBJECT_LENGTH else f"{clean[: SUBJECT_LENGTH - 1]}…"


def wrap(text: str) -> str:
    """Plain text with no line over 72 columns (addresses stay whole) and at most one blank line in a row."""
    lines = "\n".join(_wrap_line(line.rstrip()) for line in text.splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip() + "\n"


def _wrap_line(line: str) -> str:
    """One line folded under itself: a list item's second line begins below its first word."""
    if len(line) <= TEXT_WIDTH:
        return line
    lead = re.match(r"\s*(?:[-*•◖◗✓▲✕]\s+|\d+\.\s+)?", line)
    indent = " " * len(lead.group()) if lead else ""
    return textwrap.fill(
        line, TEXT_WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _plain(name: str, values: dict[str, Any]) -> str:
    """A text template rendered without HTML escaping: O'Brien stays O'Brien."""
    return loader.get_template(name).template.render(Context(values, autoescape=False))  # type: ignore[attr-defined]


def _html(name: str, ready: str, values: dict[str, Any]) -> SafeString:
    """The whole HTML document with its styles inlined; nothing is fetched."""
    if not name:
        values = values | {"ready": mark_safe(ready)}  # noqa: S308 (the caller's own markup)
    return mark_safe(_inliner.inline(loader.render_to_string(name or "emails/base.html", values)))  # noqa: S308
