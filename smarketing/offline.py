"""Tells administrators, on every page, when nobody does the work in the background."""

import time

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from smarketing.accounts.permissions import may_administer
from smarketing.heartbeats import RECENT_SECONDS, seconds_since

ASKED_EVERY_SECONDS = 15  # a page must not wait for the broker each time
_last: dict[str, tuple[float, str]] = {}


def offline(request: HttpRequest) -> dict[str, object]:
    """Context processor: `offline` is a sentence for administrators when worker or beat were not seen lately,
    blank for everybody else, where all is well, and where pages run without a broker.
    """
    return {"offline": SimpleLazyObject(lambda: _sentence_for(request))}


def _sentence_for(request: HttpRequest) -> str:
    if not settings.REDIS_URL or not may_administer(request.user):
        return ""
    asked, sentence = _last.get(settings.REDIS_URL, (0.0, ""))
    if time.monotonic() - asked > ASKED_EVERY_SECONDS or not asked:
        sentence = _sentence()
        _last[settings.REDIS_URL] = time.monotonic(), sentence
    return sentence


def _sentence() -> str:
    try:
        ages = seconds_since("worker", "beat")
    except (redis.RedisError, OSError):
        return "The broker does not answer: no mail goes out and no night is checked. Start it again."
    if all(age is not None and age <= RECENT_SECONDS for age in ages):
        return ""
    return (
        "The worker is offline: no mail goes out and no night is checked until it is back. "
        "Nothing is lost: what is due is done then. Start it again."
    )
