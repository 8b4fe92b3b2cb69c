"""Django's flush, with our triggers lifted: they refuse to empty what they guard."""

from typing import Any

from django.core.management.commands import flush

from smarketing.triggers import lifted


class Command(flush.Command):
    """Used by the test runner after each transactional test; the triggers are set again at its end."""

    def handle(self, **options: Any) -> None:
        if options["interactive"]:
            # Ask before the transaction begins: nobody else can write while the question stands.
            answer = input("This deletes all data, signed agreements too. Type 'yes' to go on: ")
            if answer != "yes":
                self.stdout.write("Flush cancelled.")
                return
        with lifted(options["database"]):
            super().handle(**(options | {"interactive": False}))
