"""The one door to people: making them known, changing them, letting them go and taking them back.

Each change is a row of its history (`AccountChange`) in the same transaction.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from smarketing.accounts import duties
from smarketing.accounts.models import AccountChange, Change, Role, Side, User, position_of
from smarketing.accounts.permissions import may_administer
from smarketing.accounts.refusal import NotAllowed, Refused


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


def change_person(
    person: User, *, by: User, now: datetime, name: str, side: str, role: str, is_administrator: bool
) -> list[AccountChange]:
    """Give `person` this name, side, role and flag; return the changes, none where all is as it was.

    Refused with the sentence: who has left; the last administrator's flag; a side change of somebody who
    still holds work; a side that does not fit the role. NotAllowed unless `by` administers.
    """
    with transaction.atomic():
        person = _locked(person, by)
        if not person.is_active:
            raise Refused(f"{person} is deactivated. Reactivate first, then change what is to change.")
        _keep_an_administrator(person, is_administrator)
        _keep_work_on_its_side(person, side)
        changes = [
            _change(person, by, now, what, was, became)
            for what, was, became in (
                (Change.NAME, person.name, name),
                (Change.PLACE, person.position_alone, position_of(side, role)),
                (Change.ADMINISTRATOR, _yes(person.is_administrator), _yes(is_administrator)),
            )
            if was != became
        ]
        person.name, person.side, person.role, person.is_administrator = name, side, role, is_administrator
        person.full_clean(exclude=["password"])
        person.save(update_fields=["name", "side", "role", "is_administrator"])
        return AccountChange.objects.bulk_create(changes)


def deactivate(person: User, *, by: User, now: datetime) -> bool:
    """Close the account; False if it is closed already. What the person did and held keeps their name.

    Refused while work would be left without an owner (leads hand it over first, in the same
    transaction), and for one's own account.
    """
    with transaction.atomic():
        person = _locked(person, by)
        if person.pk == by.pk:
            raise Refused("You can’t deactivate yourself. Another administrator can.")
        if not person.is_active:
            return False
        if held := duties.held_by(person):
            raise Refused(f"{person} still holds {_leads(held)}. Hand {_them(held)} over first.")
        _set_active(person, False, by, now, Change.DEACTIVATED)
        return True


def reactivate(person: User, *, by: User, now: datetime) -> bool:
    """Open the account again, with the password, side and role it had; False if it is open already."""
    with transaction.atomic():
        person = _locked(person, by)
        if person.is_active:
            return False
        _set_active(person, True, by, now, Change.REACTIVATED)
        return True


def note(person: User, what: Change, *, by: User, now: datetime, was: str = "", became: str = "") -> None:
    """Add one line to the history of `person`."""
    _change(person, by, now, what, was, became).save(force_insert=True)


def _locked(person: User, by: User) -> User:
    """`person` as they are now, locked together with all administrators, so that one of them is left."""
    people = User.objects.select_for_update().filter(Q(pk__in=[person.pk, by.pk]) | Q(is_administrator=True))
    now_there = {found.pk: found for found in people.order_by("pk")}
    if not may_administer(now_there[by.pk]):
        raise NotAllowed("Only administrators change people.")
    return now_there[person.pk]


def _keep_an_administrator(person: User, stays_one: bool) -> None:
    if stays_one or not person.is_administrator:
        return
    if not User.objects.administrators().exclude(pk=person.pk).exists():
        raise Refused(f"{person} is the only administrator. Make somebody else one first.")


def _keep_work_on_its_side(person: User, side: str) -> None:
    held = duties.held_by(person) if person.side != side and person.side == Side.SALES else 0
    if held:
        raise Refused(
            f"{person} still holds {_leads(held)} for Sales. "
            f"Hand {_them(held)} over first, then change the side."
        )


def _set_active(person: User, is_active: bool, by: User, now: datetime, what: Change) -> None:
    person.is_active = is_active
    person.save(update_fields=["is_active"])
    note(person, what, by=by, now=now)


def _change(person: User, by: User, now: datetime, what: Change, was: str, became: str) -> AccountChange:
    return AccountChange(person=person, by=by, at=now, what=what, was=was, became=became)


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"


def _leads(number: int) -> str:
    return "1 open lead" if number == 1 else f"{number} open leads"


def _them(number: int) -> str:
    return "it" if number == 1 else "them"
