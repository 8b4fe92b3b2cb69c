"""The pages for what went wrong: in our look, in words, also for strangers and without a database."""

import pytest
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import include, path, reverse
from django.views.decorators.csrf import csrf_protect

from smarketing.accounts.tests.factories import rita

SENTENCE = "Only a manager of Sales can sign for Sales."


def refuse(request):
    raise PermissionDenied(SENTENCE)


def refuse_without_a_word(request):
    raise PermissionDenied


def miss(request):
    raise Http404("That place in the list is gone.")


@login_not_required
def break_down(request):
    raise RuntimeError("the inside of the server")


@login_not_required
@csrf_protect
def protected(request):
    raise AssertionError("never reached")


urlpatterns = [
    path("refuse/", refuse),
    path("refuse-silently/", refuse_without_a_word),
    path("miss/", miss),
    path("break/", break_down),
    path("protected/", protected),
    path("", include(settings.ROOT_URLCONF)),
]
pytestmark = [pytest.mark.urls(__name__)]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "status", "sentence"),
    [
        ("/refuse/", 403, SENTENCE),
        ("/refuse/", 403, "You are logged in as Rita Sørensen, Sales, rep."),
        ("/refuse-silently/", 403, "This page is closed to you."),
        ("/miss/", 404, "That place in the list is gone."),
        ("/mail/12345/", 404, "It may have been typed wrong"),
        ("/nowhere/", 404, "It may have been typed wrong"),
    ],
)
def test_errors_are_told_in_our_words(client, address, status, sentence):
    client.force_login(rita())
    answer = client.get(address)
    assert answer.status_code == status
    assert sentence in answer.text
    assert "matches the given query" not in answer.text
    assert "components.css" in answer.text


def test_a_stranger_gets_the_same_page_for_an_unknown_address(client):
    assert "There is nothing at this address." in client.get("/nowhere/").text


def test_a_breakdown_shows_a_page_and_nothing_from_the_inside():
    answer = Client(raise_request_exception=False).get("/break/")
    assert answer.status_code == 500
    assert "Something went wrong here, not with you." in answer.text
    assert "inside of the server" not in answer.text


def test_a_form_from_elsewhere_is_refused_in_words():
    answer = Client(enforce_csrf_checks=True).post("/protected/")
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text


@pytest.mark.django_db
def test_pages_carry_no_inline_style_or_script(client):
    client.force_login(rita())
    for address in (reverse("me"), reverse("outbox"), reverse("password_change"), "/nowhere/"):
        page = client.get(address).text
        assert "style=" not in page
        assert "<style" not in page
        assert "<script" not in page
