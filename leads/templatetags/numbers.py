"""Numbers as people read them."""

from django import template

register = template.Library()


@register.filter
def in_groups(number: int) -> str:
    """12345 as 12,345."""
    return f"{number:,}"


@register.filter
def points(number: int) -> str:
    """Points of one line: +40, \u221210, 0."""
    return f"{number:+,}".replace("-", "\u2212") if number else "0"
