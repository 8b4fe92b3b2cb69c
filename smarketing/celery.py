"""The Celery application. Beat only ticks; what is due is found in the database."""

import os

from celery import Celery
from celery.signals import beat_init, worker_init

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
