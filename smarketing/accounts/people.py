"""Making people known: the one door for commands, the demo and, later, invitations."""

from smarketing.accounts.models import Role, User


def ensure_person(
    email: str,
    name: str = "",
    *,
    side: str = "",
    role: str = Role.VIEWER,
    is_administrator: bool = False,
    time_zone: str = "UTC",
    password: str | None = None,
) -> User:
    """Return the person with this e-mail (whatever its case), making them where there is none.

    Somebody who exists is returned as they are: name, side, role and password stay. Without a
    `password` nobody can log in as the new person until they choose one. ValidationError with a
    sentence for a bad e-mail or zone, or a side that does not fit the role.
    """
    email = email.strip().lower()
    known = User.objects.filter(email__iexact=email).first()
    if known:
        return known
    person = User(
        email=email,
        name=name or email.partition("@")[0].replace(".", " ").title(),
        side=side,
        role=role,
        is_administrator=is_administrator,
        time_zone=time_zone,
    )
    person.set_password(password)
    person.full_clean()
    made, _ = User.objects.get_or_create(email=email, defaults=_fields(person))
    return made


def _fields(person: User) -> dict[str, object]:
    names = ("name", "side", "role", "is_administrator", "time_zone", "password", "mail_token", "joined_at")
    return {name: getattr(person, name) for name in names}
