"""How often a page that is open to strangers may be tried. Log-ins themselves are counted by axes."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from smarketing.accounts.models import Attempt

KEPT = timedelta(days=1)


@dataclass(frozen=True)
class Limit:
    """At most `at_most` attempts by one key (an address, an account) `within` this time."""

    purpose: str
    at_most: int
    within: timedelta

    @property
    def minutes(self) -> int:
        return int(self.within.total_seconds() // 60)


# Asking for links from one network address; links to one account; wrong invitation links from one address.
LINKS_ASKED = Limit("links asked", 20, timedelta(hours=1))
LINKS_SENT = Limit("links sent", 3, timedelta(hours=1))
WRONG_LINKS = Limit("wrong links", 20, timedelta(hours=1))


def attempt(limit: Limit, key: str, *, now: datetime) -> bool:
    """Count one attempt by `key` at `now`; False where it is one too many."""
    allowed = is_open(limit, key, now=now)
    Attempt.objects.filter(at__lt=now - KEPT).delete()
    Attempt.objects.create(purpose=limit.purpose, key=_hashed(limit, key), at=now)
    return allowed


def is_open(limit: Limit, key: str, *, now: datetime) -> bool:
    """Whether `key` may try once more at `now`."""
    made = Attempt.objects.filter(
        purpose=limit.purpose, key=_hashed(limit, key), at__gt=now - limit.within, at__lte=now
    )
    return made.count() < limit.at_most


def _hashed(limit: Limit, key: str) -> str:
    """The key as it is stored: the same each time, and of no use to whoever reads the table."""
    return salted_hmac(
        f"accounts.limits.{limit.purpose}", key.strip().lower(), algorithm="sha256"
    ).hexdigest()
