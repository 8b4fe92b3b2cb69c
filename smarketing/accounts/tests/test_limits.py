"""Asking for password links is limited, and answers the same whoever asks for whom."""

from datetime import timedelta

import pytest
from django.urls import reverse

from smarketing.accounts.limits import KEPT, LINKS_ASKED, LINKS_SENT, attempt, is_open
from smarketing.accounts.models import Attempt
from smarketing.accounts.tests.factories import PASSWORD, rita
from smarketing.now import this_second
from smarketing.outbox.models import Mail

pytestmark = pytest.mark.django_db
ADDRESS = reverse("password_reset")


def ask(client, email="rita@nordvik.example", **request):
    return client.post(ADDRESS, {"email": email}, **request)


@pytest.mark.parametrize(("minutes", "opens"), [(59, False), (60, True), (61, True)])
def test_it_opens_again_when_the_time_is_over(minutes, opens):
    now = this_second()
    for _ in range(LINKS_SENT.at_most):
        assert attempt(LINKS_SENT, "rita", now=now)
    assert not attempt(LINKS_SENT, "RITA ", now=now)
    assert is_open(LINKS_SENT, "raj", now=now)
    Attempt.objects.filter(pk=Attempt.objects.latest("pk").pk).delete()
    assert is_open(LINKS_SENT, "rita", now=now + timedelta(minutes=minutes)) is opens


def test_old_attempts_are_forgotten():
    now = this_second()
    attempt(LINKS_SENT, "rita", now=now - KEPT - timedelta(seconds=1))
    attempt(LINKS_SENT, "raj", now=now)
    assert Attempt.objects.count() == 1


def test_one_account_gets_three_mails_an_hour_and_the_answer_stays_the_same(client, monkeypatch):
    rita(password=PASSWORD)
    start = this_second()
    for number in range(5):
        monkeypatch.setattr(
            "smarketing.accounts.views.entry.this_second", lambda n=number: start + timedelta(seconds=n)
        )
        assert ask(client).headers["Location"] == reverse("password_reset_done")
    assert Mail.objects.count() == LINKS_SENT.at_most


def test_one_network_asks_twenty_times_an_hour_known_or_not(client):
    for number in range(LINKS_ASKED.at_most):
        assert ask(client, f"nobody{number}@nordvik.example").status_code == 302
    for email in ("rita@nordvik.example", "nobody@nordvik.example"):
        answer = ask(client, email)
        assert (answer.status_code, "tried too often" in answer.text) == (429, True)
    assert ask(client, REMOTE_ADDR="10.0.0.7").status_code == 302


def test_known_and_unknown_cost_the_same_work(client, monkeypatch):
    """Both render the mail, so the time of the answer tells nothing."""
    from smarketing.outbox import rendering

    rendered = []
    inline = rendering._inliner.inline

    class Counting:
        def inline(self, html):
            rendered.append(1)
            return inline(html)

    monkeypatch.setattr(rendering, "_inliner", Counting())
    rita(password=PASSWORD)
    for email in ("rita@nordvik.example", "nobody@nordvik.example"):
        rendered.clear()
        ask(client, email)
        assert len(rendered) == 1, email
