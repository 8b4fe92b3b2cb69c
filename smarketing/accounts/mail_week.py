"""What a choice about mails would have meant in the last seven days."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from smarketing.accounts.models import User
from smarketing.outbox.models import Kind, Mail, State

WEEK = timedelta(days=7)
CHOICES = {"summary": Kind.SUMMARY, "report": Kind.REPORT, "notices": Kind.NOTICE}
ARRIVED = (State.SENT, State.STORED)


@dataclass(frozen=True)
class MailWeek:
    """One kind of mail in the last seven days: how many `got` by the reader, and `most` by anybody."""

    label: str
    wanted: bool
    got: int
    most: int

    @property
    def sentence(self) -> str:
        if self.wanted or self.got:
            return f"{self.got or 'none'} in the last seven days"
        if self.most:
            return f"off: you were spared up to {self.most} in the last seven days"
        return "off: nobody got one in the last seven days"


def mail_weeks(reader: User, now: datetime) -> dict[str, MailWeek]:
    """For each choice (summary, report, notices) the reader's last seven days before `now`."""
    recent = Mail.objects.filter(
        created_at__gt=now - WEEK, created_at__lte=now, kind__in=CHOICES.values(), state__in=ARRIVED
    )
    numbers: dict[str, dict[int | None, int]] = {}
    for kind, person, number in recent.order_by().values_list("kind", "to").annotate(n=Count("id")):
        numbers.setdefault(kind, {})[person] = number
    return {
        choice: MailWeek(
            kind.label,
            reader.wants(choice),
            numbers.get(kind, {}).get(reader.pk, 0),
            max(numbers.get(kind, {}).values(), default=0),
        )
        for choice, kind in CHOICES.items()
    }
