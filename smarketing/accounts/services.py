"""What people do about themselves: a forgotten password, which mails they get."""

from datetime import datetime

from django.conf import settings

from smarketing.accounts.forms import NewPasswordLinkForm
from smarketing.accounts.models import User
from smarketing.outbox.models import Kind
from smarketing.outbox.services import queue


def send_password_links(form: NewPasswordLinkForm, *, now: datetime) -> None:
    """Queue a mail with a link to choose a new password for each person the valid `form` names."""
    for user, link in form.links(now):
        queue(
            key=f"password:{user.pk}:{now:%Y-%m-%dT%H:%M:%S}",
            kind=Kind.PASSWORD,
            to=user,
            template="password_reset",
            context={"link": link, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600},
            now=now,
        )


def choose_mail(reader: User, mail: str, *, wanted: bool) -> None:
    """Switch one kind of mail (summary, report or notices) on or off for `reader`."""
    setattr(reader, f"wants_{mail}", wanted)
    reader.save(update_fields=[f"wants_{mail}"])
