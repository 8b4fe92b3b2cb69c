"""People in words and rows, for the pages about them."""

from datetime import datetime
from typing import Any

from smarketing.accounts.forms_people import MAY_DO, place_of
from smarketing.accounts.models import Invitation, Role, Side, User


def stands(person: User | Invitation) -> str:
    """What somebody in this place does: “Sales, rep: works own leads”."""
    return MAY_DO[place_of(person.side, person.role)]


def company(now: datetime) -> dict[str, Any]:
    """Everybody by side, with open invitations, and what an administrator has to know first."""
    everybody = list(User.objects.all())
    here = [person for person in everybody if person.is_active]
    invited = list(Invitation.objects.open().select_related("person"))
    waiting = {one.person_id for one in invited if one.person_id}
    groups = [
        _group(side, label, here, invited, now)
        for side, label in ((Side.MARKETING, "Marketing"), (Side.SALES, "Sales"), ("", "Neither side"))
    ]
    return {
        "groups": groups,
        "here": len(here),
        "gone": [person for person in everybody if not person.is_active],
        "unsigned": [group["label"] for group in groups if group["side"] and not group["managers"]],
        "administrators": [person for person in here if person.is_administrator],
        "invited": len(invited),
        "expired": sum(one.expires_at <= now for one in invited),
        "without_password": [
            person for person in here if not person.has_usable_password() and person.pk not in waiting
        ],
    }


def _group(
    side: str, label: str, here: list[User], invited: list[Invitation], now: datetime
) -> dict[str, Any]:
    people = [person for person in here if person.side == side]
    open_ones = {one.person_id: one for one in invited if one.person_id}
    return {
        "side": side,
        "label": label,
        "rows": [(person, stands(person), open_ones.get(person.pk)) for person in people],
        "invited": [
            (one, stands(one), one.expires_at <= now)
            for one in invited
            if one.side == side and not one.person_id
        ],
        "managers": sum(person.role == Role.MANAGER for person in people),
    }
