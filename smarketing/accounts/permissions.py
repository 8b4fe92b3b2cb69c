"""Who may change what: the table of product section 1 as plain functions.

A lead comes in as its owner's id (None: nobody owns it), an agreement as a side, so that this module
knows neither. Reading needs nothing but an account. Administrators sign nothing by their flag, and
whoever is inactive or not logged in may do nothing.
"""

from typing import TypeAlias

from django.contrib.auth.models import AnonymousUser

from smarketing.accounts.models import Role, Side, User

Person: TypeAlias = User | AnonymousUser


def _is(user: Person, *, side: str | None = None, role: str | None = None) -> bool:
    """Whether `user` is active, on a side, and on this `side` and of this `role` where named."""
    if not isinstance(user, User) or not user.is_active or user.role == Role.VIEWER:
        return False
    return (side is None or user.side == side) and (role is None or user.role == role)


def _is_sales_manager(user: Person) -> bool:
    return _is(user, side=Side.SALES, role=Role.MANAGER)


def _owns(user: Person, owner_id: int | None) -> bool:
    return owner_id is not None and owner_id == user.pk


# --- Agreements ------------------------------------------------------------------------------


def may_draft(user: Person) -> bool:
    """Draft, edit, propose and withdraw a version: managers of either side."""
    return _is(user, role=Role.MANAGER)


def may_comment(user: Person) -> bool:
    """Comment on a draft: everybody who is on a side."""
    return _is(user)


def may_sign(user: Person, side: str) -> bool:
    """Sign or decline a version for `side`: its managers."""
    return _is(user, side=side, role=Role.MANAGER)


def may_witness(user: Person, *, invited: bool = False) -> bool:
    """Sign as a witness: managers, and viewers who are invited to."""
    viewer = isinstance(user, User) and user.is_active and user.role == Role.VIEWER
    return _is(user, role=Role.MANAGER) or (viewer and invited)


def may_invite_witness(user: Person) -> bool:
    """Ask somebody to sign as a witness: managers of either side."""
    return _is(user, role=Role.MANAGER)


def may_confirm_amendment(user: Person, side: str) -> bool:
    """Ask for a closure or another amendment for `side`, or confirm one: its managers."""
    return _is(user, side=side, role=Role.MANAGER)


def may_write_campaign(user: Person) -> bool:
    """Write, change and call off campaigns: Marketing, and managers of Sales."""
    return _is(user, side=Side.MARKETING) or _is_sales_manager(user)


def may_acknowledge_campaign(user: Person) -> bool:
    """Say for Sales how a campaign is followed up: its managers."""
    return _is_sales_manager(user)


# --- Leads -----------------------------------------------------------------------------------


def may_work_leads(user: Person) -> bool:
    """Create leads: everybody who is on a side."""
    return _is(user)


def may_edit_lead(user: Person, lead_owner_id: int | None) -> bool:
    """Edit a lead and record what it did: Marketing and sales managers any, a rep only their own."""
    return (
        _is(user, side=Side.MARKETING)
        or _is_sales_manager(user)
        or (_is(user) and _owns(user, lead_owner_id))
    )


def may_import(user: Person) -> bool:
    """Import leads and behaviour: Marketing and sales managers."""
    return _is(user, side=Side.MARKETING) or _is_sales_manager(user)


def may_hand_over(user: Person, owner_id: int | None = None) -> bool:
    """Hand a lead over to Sales: Marketing and sales managers, whoever owns it; reps never."""
    return _is(user, side=Side.MARKETING) or _is_sales_manager(user)


def may_log_follow_up(user: Person, owner_id: int | None) -> bool:
    """Log a follow-up: a rep on own and unassigned leads (which takes them), a sales manager on any."""
    return _is(user, side=Side.SALES) and (
        _is_sales_manager(user) or owner_id is None or _owns(user, owner_id)
    )


def may_decide(user: Person, owner_id: int | None) -> bool:
    """Accept, reject, recycle, qualify, win or lose: a rep their own leads, a sales manager any."""
    return _is(user, side=Side.SALES) and (_is_sales_manager(user) or _owns(user, owner_id))


def may_pause(user: Person, owner_id: int | None) -> bool:
    """Pause and resume: a rep their own leads, a sales manager any."""
    return may_decide(user, owner_id)


def may_assign(user: Person) -> bool:
    """Assign, reassign, work in bulk, set routing rules and absences: sales managers."""
    return _is_sales_manager(user)


def may_dispute(user: Person) -> bool:
    """Dispute a rejection: Marketing."""
    return _is(user, side=Side.MARKETING)


def may_decide_dispute(user: Person) -> bool:
    """Uphold or overturn a dispute: sales managers."""
    return _is_sales_manager(user)


def may_merge(user: Person) -> bool:
    """Merge two leads and undo a merge: Marketing and sales managers."""
    return _is(user, side=Side.MARKETING) or _is_sales_manager(user)


# --- The rest --------------------------------------------------------------------------------


def may_keep_meeting(user: Person) -> bool:
    """Write meeting notes and actions: everybody who is on a side."""
    return _is(user)


def may_handle_personal_data(user: Person) -> bool:
    """Erase or export a person's data: managers of either side."""
    return _is(user, role=Role.MANAGER)


def may_administer(user: Person) -> bool:
    """People, mail, the installation's zone, tokens and webhooks: whoever has the administrator flag."""
    return isinstance(user, User) and user.is_active and user.is_administrator
