"""Who asks, and from where."""

from typing import cast

from axes.helpers import get_client_ip_address
from django.http import HttpRequest

from smarketing.accounts.models import User


def person_of(request: HttpRequest) -> User:
    """The person who is logged in; LoginRequiredMiddleware let nobody else through."""
    return cast(User, request.user)


def network_address(request: HttpRequest) -> str:
    """Where the request comes from, as the limit of log-ins sees it."""
    return get_client_ip_address(request) or "unknown"
