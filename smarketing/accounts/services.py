"""Passwords and mails: links for whoever forgot, what people choose for themselves."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from smarketing.accounts.forms import NewPasswordLinkForm, PreferencesForm, password_link
from smarketing.accounts.limits import LINKS_SENT, attempt
from smarketing.accounts.models import Change, User
from smarketing.accounts.people import note
from smarketing.accounts.permissions import may_administer
from smarketing.accounts.refusal import NotAllowed, Refused
from smarketing.outbox.models import Kind, Mail
from smarketing.outbox.rendering import render
from smarketing.outbox.services import queue

SECOND_CLICK = timedelta(minutes=1)


def send_password_links(form: NewPasswordLinkForm, *, now: datetime) -> None:
    """Queue a mail with a link to choose a new password for each person the valid `form` names.

    At most three an hour for one e-mail. Unknown addresses cost the same work, so that not even the
    time of the answer tells who has an account.
    """
    with transaction.atomic():
        if not attempt(LINKS_SENT, form.cleaned_data["email"], now=now):
            return
        links = form.links(now)
        for user, link in links:
            _queue_link(user, link, now)
        if not links:
            render(kind=Kind.PASSWORD, reader=None, template="password_reset", context=_words("", ""))


def send_password_link(person: User, *, by: User, now: datetime) -> Mail | None:
    """Let an administrator send `person` a link; None if one went out within the last minute.

    Refused for who can't log in anyway: somebody deactivated, or without a password (who is invited).
    """
    if not may_administer(by):
        raise NotAllowed("Only administrators send others a link to choose a password.")
    if not person.is_active:
        raise Refused(f"{person} is deactivated. Reactivate first, then send the link.")
    if not person.has_usable_password():
        raise Refused(f"{person} has no password yet. Send an invitation instead.")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)  # the second of two clicks waits here
        last = Mail.objects.filter(to=person, kind=Kind.PASSWORD, created_at__gt=now - SECOND_CLICK)
        if last.exists():
            return None
        note(person, Change.LINK, by=by, now=now)
        return _queue_link(person, password_link(person), now)


def save_preferences(form: PreferencesForm, *, was: str, now: datetime) -> None:
    """Store what the valid `form` says of its person; a new name goes into their history."""
    with transaction.atomic():
        person = form.save()
        if person.name != was:
            note(person, Change.NAME, by=person, now=now, was=was, became=person.name)


def choose_mail(reader: User, mail: str, *, wanted: bool) -> None:
    """Switch one kind of mail (summary, report or notices) on or off for `reader`."""
    setattr(reader, f"wants_{mail}", wanted)
    reader.save(update_fields=[f"wants_{mail}"])


def _queue_link(user: User, link: str, now: datetime) -> Mail | None:
    return queue(
        key=f"password:{user.pk}:{now:%Y-%m-%dT%H:%M:%S}",
        kind=Kind.PASSWORD,
        to=user,
        template="password_reset",
        context=_words(user.email, link),
        now=now,
    )


def _words(email: str, link: str) -> dict[str, object]:
    return {"email": email, "link": link, "hours": settings.PASSWORD_RESET_TIMEOUT // 3600}
