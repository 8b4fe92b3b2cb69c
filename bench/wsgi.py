"""Pages asked for as a web server asks: through the WSGI application, all its layers, without a network.

As ROOT_URLCONF it adds the view that does nothing to the product's own.
"""

from __future__ import annotations

import io
from typing import Any

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from smarketing.accounts.models import User
from smarketing.urls import urlpatterns as pages

NOTHING = "/nothing/"


def nothing(request: HttpRequest) -> HttpResponse:
    """What pages are measured against: a view that does nothing, behind the same layers and login."""
    return HttpResponse()


urlpatterns = [path(NOTHING.strip("/") + "/", nothing), *pages]


class Asking:
    """One reader and their session; `get` fails on anything but a page."""

    def __init__(self, reader: User) -> None:
        self._application = WSGIHandler()
        client = Client()
        client.force_login(reader, "django.contrib.auth.backends.ModelBackend")
        self._cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())

    def get(self, address: str) -> bytes:
        """The body that comes back; RuntimeError for another status than 200."""
        told: list[str] = []
        path, _, query = address.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_COOKIE": self._cookie,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        answer = self._application(environ, lambda status, headers: told.append(status))
        body = b"".join(answer)
        answer.close()
        if not told[0].startswith("200"):
            raise RuntimeError(f"{address} answers {told[0]}.")
        return body
