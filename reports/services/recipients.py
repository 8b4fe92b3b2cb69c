"""Who gets which mail."""

from collections.abc import Iterable

from smarketing.accounts.models import Side, User


def readers(mail: str) -> list[User]:
    """Who gets `mail` (summary or report): the active members of both sides who did not switch it off, and
    the viewers who asked for it."""
    return list(User.objects.who_want(mail).order_by("id"))


def sales_managers() -> list[User]:
    """The managers of Sales who want notices."""
    return list(User.objects.who_want("notices").on_side(Side.SALES).managers().order_by("id"))


def reached(people: Iterable[User | None]) -> list[User]:
    """Of these people, once each, those who may get a notice: active, and not switched off."""
    found = {person.pk: person for person in people if person is not None and person.wants("notices")}
    return list(found.values())
