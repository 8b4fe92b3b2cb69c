"""`audit`: recompute everything from raw history, report and mend."""

from typing import Any

from reports.services.audit import Audited, audit
from slas.rules.words import counted
from smarketing.commands import HouseCommand
from smarketing.now import this_second


class Command(HouseCommand):
    help = "Recompute every clock, stage, owner and stored night from the raw history; mend what differs."

    def handle(self, *args: Any, **options: Any) -> None:
        audited = audit(this_second())
        left = audited.differences - audited.mended
        for example in audited.examples:
            self.stderr.write(example)
        self.report(
            _sentence(audited),
            {
                "checked": audited.checked,
                "differences": audited.differences,
                "mended": audited.mended,
                "by_column": dict(audited.by_column),
            },
            failed=f"{counted(left, 'difference')} can't be mended: see the examples above." if left else "",
        )


def _sentence(audited: Audited) -> str:
    checked = f"Checked {counted(audited.checked, 'row')}"
    if not audited.differences:
        return f"{checked}: no difference."
    found, mended = counted(audited.differences, "difference"), audited.mended
    return f"{checked}: {found} found, {'all' if mended == audited.differences else mended} mended."
