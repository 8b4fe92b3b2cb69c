"""`deliver_mail`: send what is due."""

from dataclasses import asdict
from typing import Any

from smarketing.commands import HouseCommand
from smarketing.outbox.delivery import Delivered, deliver


class Command(HouseCommand):
    help = "Send the mails that are due. Demo addresses, and all without EMAIL_URL, are stored as delivered."
    takes_at = True

    def handle(self, *args: Any, **options: Any) -> None:
        done = deliver(self.now(options))
        self.report(sentence_of(done), asdict(done), failed=failure_of(done))


def sentence_of(done: Delivered) -> str:
    """One line: what became of the mails of this run."""
    counts = {
        "sent": done.sent,
        "stored": done.stored,
        "cancelled": done.cancelled,
        "failed": done.failed,
        "to be tried again": done.put_back,
    }
    told = ", ".join(f"{count} {word}" for word, count in counts.items() if count)
    return f"Mail: {told}." if told else "No mail is due."


def failure_of(done: Delivered) -> str:
    """What went wrong in this run, blank if nothing did."""
    count = done.failed + done.put_back
    if not count:
        return ""
    mails = "1 mail" if count == 1 else f"{count} mails"
    return f"{mails} did not go out; /mail/ shows why. {done.stopped}".strip()
