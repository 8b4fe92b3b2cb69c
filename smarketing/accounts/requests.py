"""Who asks, for views that only logged-in people reach."""

from typing import cast

from django.http import HttpRequest

from smarketing.accounts.models import User


def person_of(request: HttpRequest) -> User:
    """The person who is logged in; LoginRequiredMiddleware let nobody else through."""
    return cast(User, request.user)
