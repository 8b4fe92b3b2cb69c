"""The whole table of product section 1, cell by cell."""

import pytest
from django.contrib.auth.models import AnonymousUser

from smarketing.accounts import permissions as may
from smarketing.accounts.models import Role, Side, User

ME, OTHER = 7, 8

# One row an action, as in product section 1; a column a role. Cells: "yes", "-", for leads "own" or
# "own, free" (own and unassigned), for signatures the side, for witnesses "invited".
COLUMNS = ("marketing member", "marketing manager", "rep", "sales manager", "viewer")
TABLE = """
draft                     | -         | yes       | -         | yes   | -
comment                   | yes       | yes       | yes       | yes   | -
sign                      | -         | marketing | -         | sales | -
witness                   | -         | yes       | -         | yes   | invited
invite witness            | -         | yes       | -         | yes   | -
confirm amendment         | -         | marketing | -         | sales | -
write campaign            | yes       | yes       | -         | yes   | -
acknowledge campaign      | -         | -         | -         | yes   | -
create leads              | yes       | yes       | yes       | yes   | -
edit lead                 | yes       | yes       | own       | yes   | -
import                    | yes       | yes       | -         | yes   | -
hand over                 | yes       | yes       | -         | yes   | -
log follow-up             | -         | -         | own, free | yes   | -
decide                    | -         | -         | own       | yes   | -
pause                     | -         | -         | own       | yes   | -
assign                    | -         | -         | -         | yes   | -
dispute                   | yes       | yes       | -         | -     | -
decide dispute            | -         | -         | -         | yes   | -
merge                     | yes       | yes       | -         | yes   | -
meeting                   | yes       | yes       | yes       | yes   | -
personal data             | -         | yes       | -         | yes   | -
"""
PLAIN = {
    "draft": may.may_draft,
    "comment": may.may_comment,
    "invite witness": may.may_invite_witness,
    "write campaign": may.may_write_campaign,
    "acknowledge campaign": may.may_acknowledge_campaign,
    "create leads": may.may_work_leads,
    "import": may.may_import,
    "assign": may.may_assign,
    "dispute": may.may_dispute,
    "decide dispute": may.may_decide_dispute,
    "merge": may.may_merge,
    "meeting": may.may_keep_meeting,
    "personal data": may.may_handle_personal_data,
}
OF_A_SIDE = {"sign": may.may_sign, "confirm amendment": may.may_confirm_amendment}
OF_A_LEAD = {
    "edit lead": may.may_edit_lead,
    "hand over": may.may_hand_over,
    "log follow-up": may.may_log_follow_up,
    "decide": may.may_decide,
    "pause": may.may_pause,
}
ROLES = {
    "marketing member": (Side.MARKETING, Role.MEMBER),
    "marketing manager": (Side.MARKETING, Role.MANAGER),
    "rep": (Side.SALES, Role.MEMBER),
    "sales manager": (Side.SALES, Role.MANAGER),
    "viewer": ("", Role.VIEWER),
}


def person(column: str, **fields) -> User:
    side, role = ROLES[column]
    return User(pk=ME, email="me@nordvik.example", side=side, role=role, **fields)


def questions(action: str) -> dict[str, object]:
    """Each thing that can be asked about an action: a name -> a function of the person."""
    if action in PLAIN:
        return {"": PLAIN[action]}
    if action in OF_A_SIDE:
        return {side: lambda user, side=side: OF_A_SIDE[action](user, side) for side in Side.values}
    if action in OF_A_LEAD:
        owners = {"own": ME, "other": OTHER, "free": None}
        return {
            name: lambda user, owner=owner: OF_A_LEAD[action](user, owner) for name, owner in owners.items()
        }
    return {
        "invited": lambda user: may.may_witness(user, invited=True),
        "uninvited": lambda user: may.may_witness(user),
    }


def rows() -> list[tuple[str, str, str]]:
    found = []
    for line in TABLE.strip().splitlines():
        action, *cells = (cell.strip() for cell in line.split("|"))
        found += [(action, column, cell) for column, cell in zip(COLUMNS, cells, strict=True)]
    return found


@pytest.mark.parametrize(("action", "column", "cell"), rows())
def test_the_table(action, column, cell):
    for name, ask in questions(action).items():
        expected = cell == "yes" or (cell != "-" and name in cell.split(", "))
        assert ask(person(column)) is expected, f"{column}, {action} {name}"


@pytest.mark.parametrize(("action", "column"), [(action, column) for action, column, _ in rows()])
def test_who_is_inactive_or_not_logged_in_may_nothing(action, column):
    for name, ask in questions(action).items():
        assert ask(person(column, is_active=False)) is False, f"inactive {column}, {action} {name}"
        assert ask(AnonymousUser()) is False, f"anonymous, {action} {name}"


@pytest.mark.parametrize(("action", "column", "cell"), rows())
def test_the_administrator_flag_adds_nothing_to_the_table(action, column, cell):
    for name, ask in questions(action).items():
        with_flag = person(column, is_administrator=True, is_superuser=True)
        assert ask(with_flag) is ask(person(column)), f"administrator {column}, {action} {name}"


@pytest.mark.parametrize("column", COLUMNS)
def test_administering_is_the_flag_alone(column):
    assert may.may_administer(person(column, is_administrator=True)) is True
    assert may.may_administer(person(column)) is False
    assert may.may_administer(person(column, is_superuser=True)) is False
    assert may.may_administer(person(column, is_administrator=True, is_active=False)) is False
    assert may.may_administer(AnonymousUser()) is False


def test_every_permission_is_in_the_table():
    asked = {*PLAIN.values(), *OF_A_SIDE.values(), *OF_A_LEAD.values(), may.may_witness, may.may_administer}
    assert {value for name, value in vars(may).items() if name.startswith("may_")} == asked
