"""Before serving: `python -m smarketing.prepare [--demo]` migrates, collects static files where they are
served from a manifest, and with --demo loads the demo organisation into a database without people.

Prints the demo logins where there are some. What stops it is one sentence on stderr and exit code 1.
"""

import os
import sys

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, transaction

DEMO_PASSWORD = "demo-smarketing"  # noqa: S105 - the README says so too; only the demo's people have it


def prepare(*, demo: bool) -> str:
    """Do what this module says; returns the demo logins as lines to print, or an empty text."""
    from smarketing.accounts.models import User

    call_command("migrate", verbosity=0, interactive=False, stdout=sys.stderr)
    if settings.STORES_STATIC_FILES:
        call_command("collectstatic", verbosity=0, interactive=False, stdout=sys.stderr)
    if demo and not User.objects.exists():
        print("Loading the demo organisation ...", file=sys.stderr)  # noqa: T201
        with transaction.atomic():  # stopped half-way, it is not there at all, and the next start loads it
            call_command("demo", stdout=sys.stderr)
    return demo_logins()


def demo_logins() -> str:
    """The demo people by e-mail and what they are, or an empty text where there are none."""
    from smarketing.accounts.models import User

    people = User.objects.active().filter(email__endswith="@demo.example").order_by("id")
    lines = [f"  {person.email:<20} {_office(person)}" for person in people]
    return "\n".join([f"Demo logins, all with the password {DEMO_PASSWORD}:", *lines]) if lines else ""


def _office(person) -> str:
    words = [person.get_side_display(), person.get_role_display()]
    words += ["and administrator"] if person.is_administrator else []
    return " ".join(word for word in words if word).lower()


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
    try:
        django.setup()
        print(prepare(demo="--demo" in sys.argv[1:]))  # noqa: T201
    except (ImproperlyConfigured, CommandError) as error:
        sys.exit(str(error))
    except OperationalError as error:
        sys.exit(f"The database can't be used: {str(error).strip()}")


if __name__ == "__main__":
    main()
