"""The worker's sign of life, once a minute."""

from celery import shared_task

from smarketing.heartbeats import seen


@shared_task
def heartbeat() -> None:
    seen("worker")
