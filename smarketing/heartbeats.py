"""Who was seen lately: worker and beat each leave the time on the broker, /readyz reads it.

On the broker and not in the database, since a row a minute would be written for nothing else.
"""

import time

import redis
from django.conf import settings

from smarketing.broker import client_url

RECENT_SECONDS = 180
_KEPT_SECONDS = 86_400


def seen(who: str) -> None:
    """Note that `who` ("worker" or "beat") is alive now."""
    with _client() as client:
        client.set(_key(who), int(time.time()), ex=_KEPT_SECONDS)


def seconds_since(*names: str) -> list[int | None]:
    """For each name how long ago it was seen, None if not within the last day.

    redis.RedisError when the broker doesn't answer within a second.
    """
    with _client() as client:
        values = client.mget([_key(name) for name in names])
    return [None if value is None else max(0, int(time.time()) - int(value)) for value in values]


def _client() -> redis.Redis:
    return redis.Redis.from_url(
        client_url(settings.REDIS_URL),
        socket_connect_timeout=1,
        socket_timeout=1,
        retry=None,
    )


def _key(who: str) -> str:
    return f"smarketing:seen:{who}"
