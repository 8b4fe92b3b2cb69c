"""Whether the reader of a page may say something about a section."""

from typing import Any

from django import template

from smarketing.accounts import permissions

register = template.Library()


@register.simple_tag(takes_context=True)
def may_comment(context: Any) -> bool:
    return permissions.may_comment(context["request"].user)
