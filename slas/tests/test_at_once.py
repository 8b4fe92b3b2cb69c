"""Two people at the same moment: both signatures are kept, and nothing happens twice."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from slas.models import FrozenTerms, Signature, Step, Version
from slas.services.drafting import create_agreement, draft_version, write_draft
from slas.services.editing import save_section
from slas.services.proposing import propose
from slas.services.refusal import Refused
from slas.services.signing import sign
from slas.services.standard import Standard, record_standard
from slas.tests.factories import draft_content
from smarketing.accounts.models import Role, Side
from smarketing.accounts.tests.factories import UserFactory, mona, sam

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def version():
    agreement = create_agreement("inbound", "Inbound", now=NOW)
    return write_draft(agreement, draft_content(), now=NOW, starts_on=date(2026, 4, 1))


def at_once(*actions) -> list:
    """Run the actions in threads of their own, started together; what each returned or refused."""
    start = threading.Barrier(len(actions))

    def run(action):
        try:
            connection.ensure_connection()
            start.wait(timeout=10)
            return action()
        except Refused as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


@pytest.mark.parametrize("attempt", range(3))
def test_both_sides_sign_at_once(version, attempt):
    marketing, sales = mona(), sam()
    propose(version, marketing, NOW)
    at_once(
        lambda: sign(version, marketing, Side.MARKETING, now=NOW),
        lambda: sign(version, sales, Side.SALES, now=NOW),
    )
    version.refresh_from_db()
    assert (version.status, version.signatures.count()) == ("signed", 2)


def test_one_person_clicks_four_times(version):
    marketing = mona()
    propose(version, marketing, NOW)
    signatures = at_once(*[lambda: sign(version, marketing, Side.MARKETING, now=NOW)] * 4)
    assert {one.pk for one in signatures} == {Signature.objects.get().pk}


def test_two_managers_of_a_side_sign_at_once_and_one_is_told(version):
    first, second = mona(), UserFactory(side=Side.MARKETING, role=Role.MANAGER)
    propose(version, first, NOW)
    results = at_once(
        lambda: sign(version, first, Side.MARKETING, now=NOW),
        lambda: sign(version, second, Side.MARKETING, now=NOW),
    )
    refusals = [one for one in results if isinstance(one, Refused)]
    assert len(refusals) == 1
    assert "has signed Version 1 of Inbound for Marketing already" in str(refusals[0])
    assert Signature.objects.count() == 1


def test_proposed_twice_at_once_is_frozen_once(version):
    marketing, sales = mona(), sam()
    at_once(lambda: propose(version, marketing, NOW), lambda: propose(version, sales, NOW))
    assert FrozenTerms.objects.count() == 1
    assert Step.objects.filter(kind="proposed").count() == 1


def _save(version, section, fill, by):
    return save_section(version, section, fill, by=by, now=NOW, seen=0)


def _promise(key, value):
    def fill(version, content):
        next(row for row in content.commitments if row.key == key).value = Decimal(value)

    return fill


def test_two_savers_of_one_section_and_one_is_told(version):
    marketing, sales = mona(), sam()
    results = at_once(
        lambda: _save(version, "promises", _promise("mqls", 30), marketing),
        lambda: _save(version, "promises", _promise("customers", 9), sales),
    )
    assert sorted(type(one).__name__ for one in results) == ["Overtaken", "Saved"]
    values = dict(version.commitments.values_list("key", "value"))
    assert (values["mqls"], values["customers"]) in [(30, 5), (20, 9)]


def test_two_savers_of_two_sections_are_both_kept(version):
    def hour(version, content):
        version.report_hour = 15

    marketing, sales = mona(), sam()
    results = at_once(
        lambda: _save(version, "promises", _promise("mqls", 30), marketing),
        lambda: _save(version, "reports", hour, sales),
    )
    assert [one.changed for one in results] == [True, True]
    version.refresh_from_db()
    assert (version.report_hour, version.edition) == (15, 2)
    assert version.commitments.get(key="mqls").value == 30


def test_two_drafts_at_once_are_one(version):
    agreement = version.agreement
    Version.objects.update(status="withdrawn")
    results = at_once(*[lambda by=by: draft_version(agreement, by=by, now=NOW) for by in (mona(), sam())])
    assert sorted(type(one).__name__ for one in results) == ["Refused", "Version"]
    assert agreement.versions.count() == 2


def test_the_standard_agreement_recorded_twice_at_once_is_one():
    wanted = Standard(slug="olist", time_zone="America/Sao_Paulo", starts_on=date(2017, 6, 1))
    both = {"marketing_manager": mona(), "sales_manager": sam(), "now": NOW}
    results = at_once(*[lambda: record_standard(wanted, **both)] * 3)
    assert sorted(made for _, made in results) == [False, False, True]
    assert FrozenTerms.objects.count() == 1
