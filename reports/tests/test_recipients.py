"""Who gets the summary and the report, and who the notices."""

import pytest

from reports.services.recipients import reached, readers, sales_managers
from smarketing.accounts.models import Role, Side
from smarketing.accounts.tests.factories import UserFactory, ada, mia, mona, raj, rita, sam, vic

pytestmark = pytest.mark.django_db

CASES = [
    pytest.param(mona, {}, True, id="marketing manager"),
    pytest.param(mia, {}, True, id="marketing member"),
    pytest.param(sam, {}, True, id="sales manager"),
    pytest.param(rita, {}, True, id="rep"),
    pytest.param(rita, {"is_active": False}, False, id="who left"),
    pytest.param(rita, {"is_active": False, "wants_summary": True}, False, id="who left and had asked"),
    pytest.param(mia, {"wants_summary": False}, False, id="who switched it off"),
    pytest.param(vic, {}, False, id="viewer"),
    pytest.param(vic, {"wants_summary": True}, True, id="viewer who asked"),
    pytest.param(ada, {}, False, id="administrator without a side"),
    pytest.param(sam, {"is_administrator": True}, True, id="sales manager with the flag"),
    pytest.param(mona, {"wants_report": False}, True, id="who switched off the other mail"),
]


@pytest.mark.parametrize(("person", "fields", "gets_it"), CASES)
def test_readers_of_the_summary(person, fields, gets_it):
    somebody = person(**fields)
    assert (somebody in readers("summary")) is gets_it


def test_each_reader_once_from_both_sides():
    people = [mona(), mia(), sam(), rita(), raj()]
    assert readers("report") == people


def test_managers_of_sales_alone_get_the_notices_of_managers():
    boss = sam()
    mona(), rita(), vic(wants_notices=True)
    sam_off = UserFactory(side=Side.SALES, role=Role.MANAGER, wants_notices=False)
    assert sales_managers() == [boss]
    assert sam_off not in sales_managers()


def test_reached_leaves_out_nobody_repeats_and_those_who_left():
    here, gone, quiet = rita(), raj(is_active=False), sam(wants_notices=False)
    assert reached([here, None, gone, quiet, here]) == [here]
