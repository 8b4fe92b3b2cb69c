"""What the list of mails is narrowed to; all of it stands in the address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.db.models import Q
from django.http import Http404, QueryDict

from smarketing.accounts.models import User
from smarketing.accounts.permissions import may_administer
from smarketing.outbox.display import KINDS
from smarketing.outbox.models import Mail, MailQuerySet, State

SHOWN = {
    "": "All",
    "me": "To me",
    "waiting": "Not sent yet",
    "failed": "Failed",
    "sent": "Sent",
    "stored": "Kept here",
    "cancelled": "Not sent",
}
TABS = ("", "me", "waiting", "failed")


@dataclass(frozen=True)
class Filter:
    """`show`: a key of SHOWN; `kind`: one of Kind, or blank; `reader`: part of a name or address."""

    show: str = ""
    kind: str = ""
    reader: str = ""

    @classmethod
    def of(cls, query: QueryDict, user: User) -> "Filter":
        """The filter in an address. Http404 for a word that is none; only administrators ask for readers."""
        show, kind = query.get("show", ""), query.get("kind", "")
        if show not in SHOWN or (kind and kind not in KINDS):
            raise Http404("The list knows no such filter. Start again from all mail.")
        reader = query.get("reader", "").strip()[:200] if may_administer(user) else ""
        return cls(show, kind, reader)

    def mails(self, user: User) -> MailQuerySet:
        """The mails of the list that `user` may see."""
        found = Mail.objects.visible_to(user)
        if self.show == "me":
            found = found.filter(to=user)
        elif self.show:
            states = [State.WAITING, State.SENDING] if self.show == "waiting" else [self.show]
            found = found.filter(state__in=states)
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.reader:
            found = found.filter(Q(to__name__icontains=self.reader) | Q(to_email__icontains=self.reader))
        return found

    @property
    def address(self) -> str:
        """The filter as a query, without the question mark."""
        return urlencode({name: value for name, value in vars(self).items() if value})

    @property
    def is_narrow(self) -> bool:
        return bool(self.show or self.kind or self.reader)
