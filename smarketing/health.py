"""/healthz: this process answers. /readyz: so do the parts it needs, or which of them don't."""

import logging

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from smarketing.heartbeats import RECENT_SECONDS, seconds_since

PARTS = ("database", "broker", "worker", "beat")


@login_not_required
@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """200 "ok" as long as the process answers; asks nobody else."""
    return HttpResponse("ok", content_type="text/plain")


@login_not_required
@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, broker, worker and beat are there, else 503.

    A JSON object: `ready` and each of the four as true or false, and in `missing` a sentence for each that
    is not there. Worker and beat are there when they were seen within the last three minutes.
    """
    missing = {**_database(), **_broker()}
    parts = {part: part not in missing for part in PARTS}
    answer = {"ready": not missing, **parts, "missing": list(dict.fromkeys(missing.values()))}
    return JsonResponse(answer, status=503 if missing else 200)


def _database() -> dict[str, str]:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return {"database": "The database does not answer."}
    return {}


def _broker() -> dict[str, str]:
    """What is missing of broker, worker and beat; without the broker nobody knows about the other two."""
    if not settings.REDIS_URL:
        return dict.fromkeys(PARTS[1:], "REDIS_URL is not set, so there is no broker, worker or beat.")
    try:
        ages = dict(zip(PARTS[2:], seconds_since(*PARTS[2:]), strict=True))
    except (redis.RedisError, OSError):
        return {"broker": "The broker does not answer."} | {
            part: f"The {part} can't be seen without the broker." for part in PARTS[2:]
        }
    return {part: _unseen(part, age) for part, age in ages.items() if age is None or age > RECENT_SECONDS}


def _unseen(part: str, age: int | None) -> str:
    return (
        f"The {part} was not seen in the last day."
        if age is None
        else f"The {part} was last seen {age} seconds ago."
    )


class LeaveOutReadiness(logging.Filter):
    """Keeps "Service Unavailable: /readyz" out of the log: it is an answer and no fault of the server."""

    def filter(self, record: logging.LogRecord) -> bool:
        return getattr(getattr(record, "request", None), "path", "") != "/readyz"
