from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SlasConfig(AppConfig):
    name = "slas"
    verbose_name = "Agreements"

    def ready(self) -> None:
        from slas import triggers

        triggers.register_guards()
        # SQLite remakes a table to alter it and silently drops its triggers: set all of them, those of other
        # apps too, after every migrate.
        pre_migrate.connect(triggers.lift_before_migrate, sender=self)
        post_migrate.connect(triggers.set_after_migrate, sender=self)
