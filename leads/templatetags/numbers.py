"""Numbers as people read them."""

from django import template

register = template.Library()


@register.filter
def in_groups(number: int) -> str:
    """12345 as 12,345."""
    return f"{number:,}"
