"""The people of the demo. They log in with one password, which exists only here."""

from typing import Any

from smarketing.accounts.models import Role, Side, User

PASSWORD = "demo-smarketing"  # noqa: S105 (printed at the start, only in the demo data)
ZONE = "Europe/Copenhagen"
PEOPLE: tuple[tuple[str, str, str, str, dict[str, Any]], ...] = (
    ("mona", "Mona Lindqvist", Side.MARKETING, Role.MANAGER, {}),
    ("sam", "Sam Okafor", Side.SALES, Role.MANAGER, {}),
    ("rita", "Rita Sørensen", Side.SALES, Role.MEMBER, {}),
    ("raj", "Raj Patel", Side.SALES, Role.MEMBER, {}),
    ("mia", "Mia Holm", Side.MARKETING, Role.MEMBER, {}),
    ("vic", "Vic Ravn", "", Role.VIEWER, {"wants_report": True}),
    ("ada", "Ada Berg", "", Role.VIEWER, {"is_administrator": True}),
)
EMAILS = tuple(f"{key}@demo.example" for key, *_ in PEOPLE)


def make_people() -> dict[str, User]:
    """The demo people by their short names, made where they do not exist yet."""
    people = {}
    for key, name, side, role, more in PEOPLE:
        email = f"{key}@demo.example"
        person = User.objects.filter(email=email).first() or User(email=email)
        for field, value in {"name": name, "side": side, "role": role, "time_zone": ZONE, **more}.items():
            setattr(person, field, value)
        if not person.has_usable_password() or not person.check_password(PASSWORD):
            person.set_password(PASSWORD)
        person.save()
        people[key] = person
    return people
