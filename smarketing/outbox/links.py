"""Addresses in mails: absolute ones, the unsubscribe link, and which of them carry a secret."""

import re
from html import escape

from django.conf import settings
from django.urls import reverse

from smarketing.accounts.models import User
from smarketing.outbox.models import Kind, Mail

MASK = "•••"

# Login-free addresses: whoever holds the link may use it, so what follows these words is a secret.
SECRET_PATHS = ("unsubscribe", "password/reset", "invitation", "notice")
_SECRET_URL = re.compile(rf"(/(?:{'|'.join(SECRET_PATHS)})/)([^\s\"'<>()\[\]]+)")
# A signature or token elsewhere: in a query, or a long segment that mixes cases and digits.
_SECRET_QUERY = re.compile(r"([?&;](?:token|sig|signature|key|t)=)([^\s\"'<>&#]+)")


def absolute(path: str) -> str:
    """`path` (from `reverse`) as an address that works outside this machine: PUBLIC_URL before it."""
    return f"{settings.PUBLIC_URL}{path}"


def unsubscribe_url(reader: User, kind: Kind) -> str:
    """The link that switches `kind` off for `reader` without a login; blank for kinds that can't be."""
    if not kind.preference:
        return ""
    return absolute(reverse("unsubscribe", args=[reader.mail_token, kind.value]))


def mask_secrets(content: str) -> str:
    """`content` (text, HTML or a header) with every secret in its links replaced by three dots."""
    masked = _SECRET_URL.sub(rf"\g<1>{MASK}", content)
    return _SECRET_QUERY.sub(rf"\g<1>{MASK}", masked)


def shown_to(user: User, mail: Mail, content: str) -> str:
    """A part of `mail` as `user` may see it: its secrets are for the addressee alone."""
    if mail.belongs_to(user):
        return content
    masked = mask_secrets(content)
    token = mail.to.mail_token if mail.to else ""
    return masked.replace(token, MASK).replace(escape(token), MASK) if token else masked
