from django.apps import AppConfig
from django.db.models.signals import post_migrate


class SlasConfig(AppConfig):
    name = "slas"
    verbose_name = "Agreements"

    def ready(self) -> None:
        from slas import triggers

        # SQLite remakes a table to alter it and silently drops its triggers: set them after every migrate.
        post_migrate.connect(triggers.set_after_migrate, sender=self)
