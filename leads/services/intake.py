"""Leads come in and are edited."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from leads.models import Entry, Lead, Stage
from leads.services.belonging import Belonging, agreement_for
from leads.services.door import Visit, enter, holder_id, whole_second
from leads.services.qualifying import settle
from leads.services.refusal import NotAllowed, Refused
from leads.services.tiers import attributes_of
from leads.services.touched import touch
from leads.tidying import tidy
from slas.models import Agreement
from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.permissions import may_edit_lead, may_work_leads

PERSON_FIELDS = (
    *("first_name", "last_name", "email", "phone", "job_title", "company", "country"),
    *("industry", "employees"),
)
ORIGIN_FIELDS = ("source", "campaign", "external_id")
EDITABLE = (*PERSON_FIELDS, *ORIGIN_FIELDS)
_FIGURES_DEPEND_ON = ("source", "campaign")
_TOOK_OUT = " took it out."


def add_lead(
    *, by: User, now: dt.datetime, agreement: Agreement | None = None, click: str = "", **fields: Any
) -> Lead:
    """Create a lead (fields: EDITABLE, extra) at the stage lead; a rep who adds one holds it.

    It belongs to the agreement named, else to the one whose scope matches, else to none. Refused for a
    field that is wrong, and for a lead that is there already: the same external id, or e-mail, within the
    agreement.
    """
    if not may_work_leads(by):
        raise NotAllowed("Only Marketing and Sales add leads.")
    now = whole_second(now)
    lead = Lead(recorded_at=now, created_at=now, **_clean(fields))
    if agreement is not None:
        found = Belonging(agreement, f"{by.name} named it.")
    else:
        found = agreement_for(attributes_of(lead), now)
    lead.agreement, lead.agreement_why = found
    with transaction.atomic():
        # Two people who add one person at the same moment wait here for each other.
        if lead.agreement_id:
            Agreement.objects.select_for_update().get(pk=lead.agreement_id)
        _check(lead)
        _refuse_twin(lead)
        lead.save(force_insert=True)
        with enter(lead, by=by, now=now, click=click) as visit:
            visit.write(Entry.Type.MOVED, to_stage=Stage.LEAD)
            if by.side == Side.SALES and by.role == Role.MEMBER:
                visit.write(Entry.Type.ASSIGNED, to_owner=by)
        settle(lead, now)
    return lead


def edit_lead(lead: Lead, *, by: User, now: dt.datetime, **fields: Any) -> list[str]:
    """Change fields of a lead (EDITABLE; `agreement` before it is first handed over); the changed names.

    A clock keeps the tier it started under, whatever is edited later (product section 3 rule 11). A lead of
    no agreement is offered to all of them anew by what is known of it now, unless somebody took it out.
    """
    with transaction.atomic():
        changed = _edit(lead, by, now, fields)
        settle(lead, now)
    return changed


def _edit(lead: Lead, by: User, now: dt.datetime, fields: dict[str, Any]) -> list[str]:
    with enter(lead, by=by, now=now) as visit:
        lead = visit.lead
        visit.allow(
            may_edit_lead(by, holder_id(lead)),
            f"Only Marketing, sales managers and whoever holds {lead} edit it.",
        )
        before = lead.agreement_id
        _change_agreement(visit, fields.pop("agreement", lead.agreement))
        changed = [name for name, value in _clean(fields).items() if getattr(lead, name) != value]
        for name in changed:
            setattr(lead, name, _clean(fields)[name])
        _check(lead)
        if changed and before is None:
            _offer(lead, visit.now)
        _refuse_twin(lead)
        lead.save(update_fields=[*changed, "agreement", "agreement_why"])
        if lead.agreement_id != before:
            changed.append("agreement")
        if lead.agreement and set(changed) & set(_FIGURES_DEPEND_ON):
            touch(
                lead.agreement, _first_instant(lead), f"The origin of {lead} was corrected."[:200], visit.now
            )
    return changed


def _change_agreement(visit: Visit, agreement: Agreement | None) -> None:
    lead = visit.lead
    if agreement == lead.agreement:
        return
    if visit.handoff is not None:
        raise Refused(
            f"{lead} was handed over under {visit.handoff.agreement} and stays there. "
            "Leave the agreement as it is."
        )
    lead.agreement = agreement
    lead.agreement_why = f"{visit.person.name} named it." if agreement else f"{visit.person.name}{_TOOK_OUT}"


def _offer(lead: Lead, now: dt.datetime) -> None:
    if lead.agreement is None and not lead.agreement_why.endswith(_TOOK_OUT):
        lead.agreement, lead.agreement_why = agreement_for(attributes_of(lead), now)


def _clean(fields: dict[str, Any]) -> dict[str, Any]:
    unknown = set(fields) - {*EDITABLE, "extra"}
    if unknown:
        raise TypeError(f"A lead has no field {', '.join(sorted(unknown))} to fill in.")
    return {name: tidy(value) if isinstance(value, str) else value for name, value in fields.items()}


def _check(lead: Lead) -> None:
    if not any(getattr(lead, name) for name in (*PERSON_FIELDS, "external_id")):
        raise Refused("Nobody could tell this lead from another. Fill in a name, an e-mail or a company.")
    try:
        lead.clean_fields(exclude=["agreement", "owner", "batch", "extra"])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        if name == "email":
            raise Refused(f"“{lead.email}” is no e-mail address. Write it as anna@example.com.") from None
        label = name.replace("_", " ")
        raise Refused(f"The {label} can’t be stored: {messages[0]}") from None


def _refuse_twin(lead: Lead) -> None:
    others = Lead.objects.filter(agreement=lead.agreement).exclude(pk=lead.pk)
    where = f"in {lead.agreement}" if lead.agreement else "without an agreement"
    if lead.external_id and others.filter(external_id=lead.external_id).exists():
        raise Refused(f"There is a lead with the id {lead.external_id} {where} already. Edit that one.")
    if lead.email and (twin := others.filter(email__iexact=lead.email).first()):
        raise Refused(f"{twin} has the e-mail {lead.email} {where} already. Edit that lead (no. {twin.pk}).")


def _first_instant(lead: Lead) -> dt.datetime:
    reached = (lead.created_at, lead.mql_at, lead.accepted_at, lead.sql_at, lead.customer_at)
    return min(instant for instant in reached if instant is not None)
