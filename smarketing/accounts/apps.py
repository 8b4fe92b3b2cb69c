from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "smarketing.accounts"
    label = "accounts"
    verbose_name = "People"

    def ready(self) -> None:
        from smarketing.accounts import triggers

        triggers.register_guards()  # slas sets them after every migrate
