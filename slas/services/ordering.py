"""The stated order of agreements: a lead belongs to the first, from the top, whose scope takes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from slas.models import Agreement
from slas.services.refusal import Refused
from smarketing.accounts.permissions import may_draft

if TYPE_CHECKING:
    from smarketing.accounts.models import User


@transaction.atomic
def move(agreement: Agreement, *, by: User, above: str = "", below: str = "") -> bool:
    """Put the agreement directly above or below another one (its slug); whether that changed the order.

    Positions stay 0, 1, 2 ...; the same once more changes nothing. Leads keep the agreement they have: the
    order decides from then on. Refused for people who may not draft, and where the other one is not there.
    """
    if not may_draft(by):
        raise Refused("Only managers of Marketing and Sales change the order. Nothing was changed.")
    # by key, so that two who move at once wait for each other instead of deadlocking
    locked = Agreement.objects.select_for_update().order_by("pk")
    before = sorted(locked, key=lambda one: (one.position, one.name, one.pk))
    other = above or below
    order = [one for one in before if one.pk != agreement.pk]
    slugs = [one.slug for one in order]
    if other not in slugs or len(order) == len(before):
        raise Refused("The agreement to stand beside is not there any more. Look at the order again.")
    moved = next(one for one in before if one.pk == agreement.pk)
    order.insert(slugs.index(other) + (0 if above else 1), moved)
    for position, one in enumerate(order):
        one.position = position
    Agreement.objects.bulk_update(order, ["position"])
    return order != before
