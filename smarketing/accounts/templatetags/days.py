"""Days in words, as people say them."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.dateformat import format as formatted

from smarketing.now import this_second

register = template.Library()


@register.filter
def day_word(instant: datetime | None) -> str:
    """“today”, “yesterday”, “Wednesday”, “13 November”, with the year if it is another; or “never”."""
    if instant is None:
        return "never"
    day, today = timezone.localtime(instant).date(), timezone.localtime(this_second()).date()
    if day == today:
        return "today"
    if day == today - timedelta(days=1):
        return "yesterday"
    if today - timedelta(days=6) <= day < today:
        return formatted(day, "l")
    return formatted(day, "j F" if day.year == today.year else "j F Y")
