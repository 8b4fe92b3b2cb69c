"""SMarketing: the service level agreement between Sales and Marketing, written, signed and kept."""

from .celery import app as celery_app

__all__ = ("celery_app",)
