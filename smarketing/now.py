"""The one place that reads the clock for views, tasks and commands; services are given the time."""

from datetime import datetime

from django.utils import timezone


def this_second() -> datetime:
    """The current instant, aware (UTC), cut to whole seconds as every stored instant is."""
    return timezone.now().replace(microsecond=0)
