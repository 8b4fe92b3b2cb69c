"""`sweep [--at INSTANT]`: warn of the clocks at risk, tell of those breached."""

from typing import Any

from reports.services.sweep import sweep
from slas.rules.words import counted
from slas.services.campaigns import tell_unacknowledged
from slas.services.reminding import remind
from smarketing.commands import HouseCommand


class Command(HouseCommand):
    help = (
        "Warn holders of clocks at risk, tell holders and sales managers of breaches, both sides of "
        "campaigns that started unacknowledged, of versions that come into force and of reviews, each once."
    )
    takes_at = True

    def handle(self, *args: Any, **options: Any) -> None:
        now = self.now(options)
        swept = sweep(now)
        tell_unacknowledged(now)
        remind(now)
        warned, breached = counted(swept.warned, "clock"), counted(swept.breached, "breach", "breaches")
        self.report(
            f"Warned of {warned}, told of {breached}.", {"warned": swept.warned, "breached": swept.breached}
        )
