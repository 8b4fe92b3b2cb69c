"""What is said about a section of a draft or a proposal: kept as said, settled, opened again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Comment, Section
from slas.services.door import locked, words
from slas.services.refusal import Refused
from slas.services.telling import tell_comment
from smarketing.accounts.permissions import may_comment

if TYPE_CHECKING:
    from datetime import datetime

    from slas.models import Version
    from smarketing.accounts.models import User

LONGEST = 2_000
SAID_TWICE = timedelta(minutes=1)  # a second click


@transaction.atomic
def comment(version: Version, section: str, text: str, *, by: User, now: datetime) -> Comment:
    """Keep what `by` says about a section (a value of Section), and mail whoever answers for the other side.

    The same words of the same person within a minute are one comment. Refused for people on no side, an empty
    or too long text, an unknown section, and a version that is no draft or proposal any more.
    """
    if not may_comment(by):
        raise Refused("Only people of Marketing and Sales comment on a draft. Nothing was stored.")
    text = "\n".join(text.splitlines()).strip()
    if not text:
        raise Refused("The comment is empty. Write what you think of this section.")
    if "\x00" in text:  # no database's text
        raise Refused("The comment has a sign that can’t be kept. Type it anew.")
    if len(text) > LONGEST:
        raise Refused(f"The comment has {len(text):,} letters. Shorten it to {LONGEST:,}.")
    if section not in Section.values:
        raise Refused("An agreement has no such section. Comment on one that it has.")
    version = _open_version(version)
    said = version.comments.filter(by=by, section=section, text=text, at__gt=now - SAID_TWICE)
    if known := said.first():
        return known
    made = Comment.objects.create(version=version, section=section, by=by, at=now, text=text)
    tell_comment(made, now)
    return made


@transaction.atomic
def settle(comment: Comment, *, by: User, now: datetime) -> Comment:
    """It is answered or done. Once more changes nothing. Refused as `comment` is."""
    current = _locked(comment, by)
    if current.settled_at is None:
        current.settled_at, current.settled_by = now, by
        current.save(update_fields=["settled_at", "settled_by"])
    return current


@transaction.atomic
def open_again(comment: Comment, *, by: User) -> Comment:
    """It is not settled after all. Once more changes nothing. Refused as `comment` is."""
    current = _locked(comment, by)
    if current.settled_at is not None:
        current.settled_at = current.settled_by = None
        current.save(update_fields=["settled_at", "settled_by"])
    return current


def _locked(comment: Comment, by: User) -> Comment:
    if not may_comment(by):
        raise Refused("Only people of Marketing and Sales settle comments. Nothing was changed.")
    _open_version(comment.version)
    return Comment.objects.get(pk=comment.pk)


def _open_version(version: Version) -> Version:
    version = locked(version)
    if not version.is_open:
        status = version.get_status_display().lower()
        raise Refused(f"{words(version)} is {status}, so what was said about it stays as it is.")
    return version
