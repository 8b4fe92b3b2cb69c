from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "smarketing.outbox"
    label = "outbox"
    verbose_name = "Mail"
