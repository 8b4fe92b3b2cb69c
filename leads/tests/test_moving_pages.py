"""The pages that say which running clocks would move, and the choice made when signing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse

from leads.services.moving import move_due
from leads.tests.factories import handed_over
from slas.models import Signature
from slas.services.drafting import draft_version
from slas.services.proposing import propose
from slas.tests.factories import marketing_manager, sales_manager, signed_agreement
from smarketing.accounts.models import User
from smarketing.accounts.tests.factories import PASSWORD, mona, rita, sam, vic

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 13, 0, tzinfo=UTC)  # Friday 14:00 in Copenhagen


def person_called(name):
    return User.objects.get(email__startswith=name)


CLOCKS = ("running_clocks", ["inbound", 2])


@pytest.fixture
def proposed(time_machine):
    """Version 2 with 24 hours instead of 16, proposed on Friday afternoon, with one clock running."""
    time_machine.move_to(NOW)
    mona(password=PASSWORD), sam(password=PASSWORD), vic()
    agreement = signed_agreement(window={"window_seconds": 16 * 3600})
    handed_over(agreement, at=NOW - timedelta(hours=1), to=rita(), company="Berg & <Co>")
    draft = draft_version(
        agreement,
        by=marketing_manager(),
        now=NOW,
        copy_of=agreement.versions.get(),
        starts_on=date(2026, 11, 24),
    )
    draft.windows.update(window_seconds=24 * 3600)
    return propose(draft, marketing_manager(), NOW)


@pytest.mark.parametrize("person", ["rita", "vic", "sam", "mona"])
def test_everybody_reads_which_deadlines_would_move(client, proposed, person):
    client.force_login(person_called(person))
    page = client.get(reverse(CLOCKS[0], args=CLOCKS[1])).content.decode()
    assert "The 1 clock still running" in page
    assert "0 would be due earlier, 1 later" in page
    assert "Berg &amp; &lt;Co&gt;" in page
    assert "1 h used, 23 h left" in page


def test_htmx_gets_the_part_alone(client, proposed):
    client.force_login(person_called("rita"))
    part = client.get(reverse(CLOCKS[0], args=CLOCKS[1]), headers={"HX-Request": "true"})
    assert part.content.decode().lstrip().startswith("<section")
    assert "HX-Request" in part.headers["Vary"]


def test_nobody_reads_them_without_an_account(client, proposed):
    assert client.get(reverse(CLOCKS[0], args=CLOCKS[1])).status_code == 302


def test_a_version_that_is_not_there(client, proposed):
    client.force_login(person_called("rita"))
    assert client.get(reverse("running_clocks", args=["inbound", 9])).status_code == 404
    assert client.get(reverse("running_clocks", args=["nowhere", 1])).status_code == 404


@pytest.mark.parametrize(
    ("date", "says"),
    [
        ("2026-11-23", "Then"),
        ("2026-12-23", "No running clock would move"),
        ("", "Choose a date"),
        ("2026-13-40", "Choose a date"),
        ("<b>", "Choose a date"),
    ],
)
def test_a_closure_says_what_it_would_move(client, proposed, date, says):
    client.force_login(person_called("vic"))
    answer = client.get(reverse("closed_date", args=["inbound"]), {"date": date})
    assert answer.status_code == 200
    assert says in answer.content.decode()


@pytest.mark.parametrize(
    ("choices", "moved"), [(("move", "move"), 1), (("move", "stay"), 0), (("stay", "move"), 0), (("", ""), 0)]
)
def test_what_both_choose_when_signing_is_done(client, proposed, choices, moved):
    for manager, choice in zip((marketing_manager(), sales_manager()), choices, strict=True):
        client.force_login(manager)
        typed = {"password": PASSWORD} | ({"running": choice} if choice else {})
        assert client.post(reverse("version_sign", args=["inbound", 2]), typed).status_code == 302
    assert [one.moves_running for one in Signature.objects.filter(version=proposed).order_by("pk")] == [
        choice == "move" for choice in choices
    ]
    assert move_due(datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == moved


def test_a_choice_that_is_none_signs_nothing(client, proposed):
    client.force_login(marketing_manager())
    typed = {"password": PASSWORD, "running": "fly"}
    assert client.post(reverse("version_sign", args=["inbound", 2]), typed).status_code == 422
    assert not Signature.objects.filter(version=proposed).exists()


def test_the_second_signer_reads_what_the_first_chose(client, proposed):
    client.force_login(marketing_manager())
    client.post(reverse("version_sign", args=["inbound", 2]), {"password": PASSWORD, "running": "move"})
    client.force_login(sales_manager())
    page = client.get(reverse("version_sign", args=["inbound", 2])).content.decode()
    assert f"{marketing_manager().name} chose this" in page


def test_queries_do_not_grow(client, proposed, django_assert_max_num_queries):
    client.force_login(person_called("rita"))
    address = reverse(CLOCKS[0], args=CLOCKS[1])
    for number in range(30):
        handed_over(proposed.agreement, at=NOW - timedelta(minutes=number))
    with django_assert_max_num_queries(16):
        assert "The 31 clocks still running" in client.get(address).content.decode()
