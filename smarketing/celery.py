"""The Celery application. Beat only ticks; what is due is found in the database."""

import os
import signal

from celery import Celery
from celery.signals import beat_init, worker_init, worker_process_init

from smarketing.processes import die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")

app = Celery("smarketing")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def need_a_broker(**kwargs: object) -> None:
    """Without REDIS_URL a worker would wait in silence for messages that nobody can send."""
    if app.conf.broker_url == "memory://":
        raise SystemExit("REDIS_URL is not set. Set it, or use make run, which starts a broker of its own.")


@worker_process_init.connect
def end_with_the_worker(**kwargs: object) -> None:
    """A pool process whose worker was killed with -9 ends too; its message is delivered again."""
    die_with_parent(os.getppid(), signal.SIGKILL)
