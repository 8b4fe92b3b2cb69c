"""Beat's scheduler: every entry at the start, then by its schedule; says on the broker that beat is alive."""

from datetime import timedelta

from celery.beat import Scheduler

from smarketing.heartbeats import seen


class Ticks(Scheduler):
    """Keeps nothing on disk: what is due is in the database, so a restart may simply tick at once."""

    def setup_schedule(self) -> None:
        super().setup_schedule()
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - timedelta(days=1)

    def apply_async(self, entry, producer=None, advance=True, **kwargs):
        sent = super().apply_async(entry, producer=producer, advance=advance, **kwargs)
        seen("beat")
        return sent
