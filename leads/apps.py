from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from leads import triggers
        from leads.folding import give_functions
        from leads.services.leaving import count_open_leads
        from smarketing.accounts import duties

        connection_created.connect(give_functions)
        triggers.register_guards()  # slas sets them after every migrate
        duties.register("leads", count_open_leads)  # nobody leaves while they hold some
