"""Clauses of an agreement with what is new in them, and with their values, marked."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from slas.editor.saying import Clause, Piece, Run

register = template.Library()

_KINDS = {"": "{}", "value": '<span class="term">{}</span>', "side": '<span class="side-word">{}</span>'}
_MARKS = {"": "{}", "ins": "<ins>{}</ins>", "del": "<del>{}</del>"}


@register.simple_tag
def clause(clause: Clause) -> SafeString:
    """The clause as HTML."""
    return format_html_join("", "{}", ((_run(run),) for run in clause.runs))


@register.simple_tag
def runs(runs: tuple[Run, ...]) -> SafeString:
    """Some words of a clause as HTML."""
    return format_html_join("", "{}", ((_run(run),) for run in runs))


def _run(run: Run) -> SafeString:
    words = format_html_join("", "{}", ((_piece(piece),) for piece in run.pieces))
    return format_html(_MARKS[run.mark], words)


def _piece(piece: Piece) -> SafeString:
    return format_html(_KINDS[piece.kind], piece.text)
