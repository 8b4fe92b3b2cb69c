from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"
    verbose_name = "Leads"

    def ready(self) -> None:
        from leads import triggers
        from leads.services.leaving import count_open_leads
        from smarketing.accounts import duties

        triggers.register_guards()  # slas sets them after every migrate
        duties.register("leads", count_open_leads)  # nobody leaves while they hold some
