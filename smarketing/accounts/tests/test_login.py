"""Logging in and out, and every page closed to those who have not."""

import pytest
from django.contrib.auth import SESSION_KEY
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from smarketing.accounts.tests.factories import PASSWORD, rita

pytestmark = pytest.mark.django_db
SENTENCE = "E-mail and password don’t belong together"


def log_in(client, email="rita@nordvik.example", password=PASSWORD, **data):
    return client.post(reverse("login"), {"username": email, "password": password} | data)


@pytest.fixture
def sales_rep():
    return rita(password=PASSWORD)


@pytest.mark.parametrize("email", ["rita@nordvik.example", "Rita@Nordvik.Example", "  RITA@NORDVIK.EXAMPLE "])
def test_logs_in_by_e_mail_whatever_its_case(client, sales_rep, email):
    answer = log_in(client, email)
    assert answer.status_code == 302
    assert client.session[SESSION_KEY] == str(sales_rep.pk)


@pytest.mark.parametrize(
    ("email", "password", "sentence"),
    [
        ("rita@nordvik.example", "wrong-password", SENTENCE),
        ("nobody@nordvik.example", PASSWORD, SENTENCE),
        ("rita", PASSWORD, "This is no e-mail address."),
        ("", PASSWORD, "Enter your e-mail."),
        ("rita@nordvik.example", "", "Enter your password."),
    ],
)
def test_a_wrong_log_in_answers_with_a_sentence(client, sales_rep, email, password, sentence):
    answer = log_in(client, email, password)
    assert sentence in answer.text
    assert SESSION_KEY not in client.session


def test_who_left_cannot_log_in(client):
    rita(password=PASSWORD, is_active=False)
    assert SENTENCE in log_in(client).text


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        ("/me/", "/me/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_next_leads_only_to_this_host(client, sales_rep, target, expected):
    assert log_in(client, next=target).headers["Location"] == expected


def test_too_many_attempts_answer_429_with_a_page(client, sales_rep, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT - 1):
        assert log_in(client, password="wrong").status_code == 200
    for email, password in (
        ("rita@nordvik.example", "wrong"),
        ("rita@nordvik.example", PASSWORD),
        ("RITA@nordvik.example", PASSWORD),
    ):
        answer = log_in(client, email, password)
        assert answer.status_code == 429
        assert "Too many wrong passwords" in answer.text
        assert "15 minutes" in answer.text
    assert SESSION_KEY not in client.session


def test_others_may_log_in_while_one_is_locked(client, sales_rep, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        log_in(client, "somebody@nordvik.example", "wrong")
    assert log_in(client).status_code == 302


def test_logs_out_by_post_only(client, sales_rep):
    client.force_login(sales_rep)
    assert client.get(reverse("logout")).status_code == 405
    assert client.post(reverse("logout")).headers["Location"] == reverse("login")
    assert SESSION_KEY not in client.session


# --- Closed by default ---------------------------------------------------------------------------

OPEN_NAMES = {
    "login",
    "password_reset",
    "password_reset_done",
    "password_reset_confirm",
    "password_reset_complete",
    "invitation",
    "unsubscribe",
    "notice",
    "healthz",
    "readyz",
}
UNTRIED = {"admin:app_list", "admin:None"}  # regular expressions, all behind the admin's own door
SAMPLES = {"int": "1", "slug": "a", "str": "a", "path": "a", "uuid": "0" * 8 + "-0000-0000-0000-" + "0" * 12}


def addresses(patterns, prefix="/", namespace=""):
    """Every address of the resolver with sample values: (name, address)."""
    for entry in patterns:
        route = str(entry.pattern).removeprefix("^").removesuffix("$").removesuffix("\\Z")
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from addresses(entry.url_patterns, prefix + route, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}", sample(prefix + route, entry.pattern.converters)


def sample(route: str, converters: dict) -> str:
    for name, converter in converters.items():
        kind = type(converter).__name__.removesuffix("Converter").replace("String", "str").lower()
        for written in (f"<{kind}:{name}>", f"<{name}>"):
            route = route.replace(written, SAMPLES.get(kind, "a"))
    return route


def test_every_page_is_closed_but_the_named_ones(client):
    tried = 0
    for name, address in addresses(get_resolver().url_patterns):
        if name in OPEN_NAMES or name in UNTRIED:
            continue
        answer = client.get(address)
        asked_to_log_in = answer.status_code == 302 and "/login/" in answer.headers["Location"]
        assert asked_to_log_in, f"{name} at {address} answers {answer.status_code} to strangers"
        tried += 1
    assert tried >= 8


def test_the_open_pages_are_open(client):
    for name in ("login", "password_reset", "password_reset_done", "password_reset_complete"):
        assert client.get(reverse(name)).status_code == 200, name


def test_the_admin_has_no_door_of_its_own(client):
    asked = client.get("/admin/", follow=True)
    assert asked.redirect_chain[-1][0].startswith("/login/")
    assert (
        client.post("/admin/login/", {"username": "x", "password": "y"})
        .headers["Location"]
        .startswith("/login/")
    )


def test_the_admin_is_for_superusers_who_look(client):
    person = rita()
    client.force_login(person)
    answer = client.get("/admin/", follow=True)
    assert answer.status_code == 403
    assert "Only a superuser" in answer.text

    client.force_login(rita(email="root@nordvik.example", is_superuser=True))
    page = client.get(reverse("admin:accounts_user_change", args=[person.pk]))
    assert person.email in page.text
    assert person.mail_token not in page.text
    assert (
        client.post(reverse("admin:accounts_user_change", args=[person.pk]), {"role": "manager"}).status_code
        == 403
    )
    assert (
        client.post(reverse("admin:accounts_user_delete", args=[person.pk]), {"post": "yes"}).status_code
        == 403
    )
    person.refresh_from_db()
    assert person.role == "member"
