"""The pages of people: everybody looks, administrators change, and what may never be is refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from smarketing.accounts import duties
from smarketing.accounts.models import AccountChange, Attempt, Change, Invitation, User
from smarketing.accounts.people import deactivate, reactivate
from smarketing.accounts.refusal import NotAllowed, Refused
from smarketing.accounts.tests.factories import PASSWORD, UserFactory, ada, mia, mona, raj, rita, sam, vic
from smarketing.now import this_second
from smarketing.outbox.models import Kind, Mail

pytestmark = pytest.mark.django_db
LIST = reverse("people")
PLACE = {"name": "Rita Sørensen", "place": "sales:member"}


@pytest.fixture
def administrator(client):
    person = ada()
    client.force_login(person)
    return person


@pytest.fixture
def held(monkeypatch):
    """Call with a number: so many leads whoever asks holds."""
    monkeypatch.setattr(duties, "_counters", {})
    return lambda number: duties.register("leads", lambda person: number)


def page_of(person) -> str:
    return reverse("person", args=[person.pk])


# --- Looking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [mona, mia, sam, rita, vic])
def test_everybody_looks_and_finds_no_form(client, who):
    other = UserFactory(name="Elias Berg")
    client.force_login(who())
    page = client.get(LIST).text
    assert "Elias Berg" in page
    assert 'id="invite"' not in page
    opened = client.get(page_of(other))
    assert opened.status_code == 200
    assert "Access</h2>" not in opened.text
    assert 'method="post" novalidate' not in opened.text


def test_people_stand_with_their_side(client, administrator):
    mona(), rita(), vic()
    groups = {g["label"]: [p.name for p, *_ in g["rows"]] for g in client.get(LIST).context["groups"]}
    assert groups == {
        "Marketing": ["Mona Lind"],
        "Sales": ["Rita Sørensen"],
        "Neither side": ["Ada Berg", "Vic Stone"],
    }


def test_the_answer_says_what_is_missing(client, administrator):
    mona(password=PASSWORD)
    page = client.get(LIST).text
    assert "Nobody can sign for Sales" in page
    assert "Ada Berg is the only administrator" in page


def test_who_left_stands_apart(client, administrator):
    rita(is_active=False)
    answer = client.get(LIST)
    assert [person.name for person in answer.context["gone"]] == ["Rita Sørensen"]
    assert all(not group["rows"] or group["label"] == "Neither side" for group in answer.context["groups"])


def test_the_number_of_queries_does_not_grow(client, administrator):
    counts = []
    for number in (3, 27):
        for each in range(number):
            UserFactory()
            Invitation.objects.create(
                email=f"new{number}-{each}@nordvik.example",
                role="viewer",
                invited_by=administrator,
                token_hash=f"{number}-{each}",
                sent_at=this_second(),
                expires_at=this_second() + timedelta(days=7),
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 6


def test_a_long_history_costs_no_more_queries(client, administrator):
    person, counts = rita(), []
    for number in (3, 27):
        for each in range(number):
            AccountChange.objects.create(
                person=person, by=UserFactory(), at=this_second(), what=Change.NAME, was="x", became=str(each)
            )
        with CaptureQueriesContext(connection) as queries:
            client.get(page_of(person))
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8


# --- Changing --------------------------------------------------------------------------------------


def test_an_administrator_changes_name_place_and_flag(client, administrator):
    person = rita()
    data = {"name": "Rita Lund", "place": "marketing:manager", "is_administrator": "on"}
    answer = client.post(page_of(person), data, follow=True)
    assert "Rita Lund is changed." in answer.text
    person.refresh_from_db()
    assert (person.name, person.position) == ("Rita Lund", "Marketing, manager, administrator")
    told = set(AccountChange.objects.values_list("what", "was", "became", "by__name"))
    assert told == {
        ("name", "Rita Sørensen", "Rita Lund", "Ada Berg"),
        ("place", "Sales, rep", "Marketing, manager", "Ada Berg"),
        ("administrator", "no", "yes", "Ada Berg"),
    }
    for words in ("Rita Sørensen → ", "Became administrator", "by Ada Berg"):
        assert words in answer.text


def test_saving_what_is_so_already_changes_and_tells_nothing(client, administrator):
    person = rita()
    answer = client.post(page_of(person), PLACE, follow=True)
    assert "nothing was changed" in answer.text
    assert not AccountChange.objects.exists()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "Enter a name"),
        ({"name": "x" * 151}, "A name has at most 150 characters; this one has 151."),
        ({"place": "sales:viewer"}, "“sales:viewer” is no place here."),
        ({"place": ""}, "Choose a side and a role."),
    ],
)
def test_bad_input_answers_with_a_sentence_and_stores_nothing(client, administrator, data, sentence):
    person = rita()
    answer = client.post(page_of(person), PLACE | data)
    assert (answer.status_code, sentence in answer.text) == (422, True)
    person.refresh_from_db()
    assert (person.name, person.position) == ("Rita Sørensen", "Sales, rep")


def test_the_last_administrator_stays_one(client, administrator):
    data = {"name": "Ada Berg", "place": ":viewer"}
    assert "is the only administrator" in client.post(page_of(administrator), data).text
    administrator.refresh_from_db()
    assert administrator.is_administrator
    sam(is_administrator=True)
    assert client.post(page_of(administrator), data).status_code == 302
    administrator.refresh_from_db()
    assert not administrator.is_administrator


def test_an_administrator_who_left_does_not_count_as_one(client, administrator):
    sam(is_administrator=True, is_active=False)
    data = {"name": "Ada Berg", "place": ":viewer"}
    assert "is the only administrator" in client.post(page_of(administrator), data).text


def test_nobody_leaves_sales_while_holding_leads(client, administrator, held):
    held(14)
    person = rita()
    answer = client.post(page_of(person), PLACE | {"place": "marketing:member"})
    assert "Rita Sørensen still holds 14 open leads for Sales." in answer.text
    assert client.post(page_of(person), PLACE | {"place": "sales:manager"}).status_code == 302
    held(0)
    assert client.post(page_of(person), PLACE | {"place": "marketing:member"}).status_code == 302


def test_who_left_is_not_changed(client, administrator):
    person = rita(is_active=False)
    answer = client.post(page_of(person), PLACE | {"name": "Other"})
    assert "Reactivate first" in answer.text
    person.refresh_from_db()
    assert person.name == "Rita Sørensen"


# --- Refused by forged POST ------------------------------------------------------------------------

POSTS = ("people", "person", "person_link", "person_reactivate", "invitation_again", "invitation_withdraw")


@pytest.mark.parametrize("who", [mona, mia, sam, rita, vic])
@pytest.mark.parametrize("name", POSTS)
def test_who_is_no_administrator_is_refused(client, who, name):
    target = UserFactory(is_active=name != "person_reactivate", password=PASSWORD)
    inviter = ada()
    open_one = Invitation.objects.create(
        email="liv@nordvik.example",
        role="viewer",
        invited_by=inviter,
        token_hash="x",
        sent_at=this_second() - timedelta(hours=1),
        expires_at=this_second() + timedelta(days=1),
    )
    client.force_login(who())
    args = {"people": [], "invitation_again": [open_one.pk], "invitation_withdraw": [open_one.pk]}
    data = {"email": "x@y.example", "name": "Other", "place": "sales:manager", "is_administrator": "on"}
    answer = client.post(reverse(name, args=args.get(name, [target.pk])), data)
    assert (answer.status_code, "Only administrators" in answer.text) == (403, True)
    target.refresh_from_db()
    open_one.refresh_from_db()
    assert (target.name == "Other", target.is_administrator) == (False, False)
    assert (open_one.withdrawn_at, open_one.token_hash, Invitation.objects.count()) == (None, "x", 1)
    assert not AccountChange.objects.exists()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    "name", ["person_link", "person_reactivate", "invitation_again", "invitation_withdraw"]
)
def test_what_changes_something_is_posted(client, administrator, name):
    assert client.get(reverse(name, args=[1])).status_code == 405


def test_an_unknown_person_is_not_there(client, administrator):
    for name in ("person", "person_link", "person_reactivate", "invitation_again"):
        assert client.post(reverse(name, args=[9999]), PLACE).status_code == 404


# --- Password links --------------------------------------------------------------------------------


def test_a_link_goes_out_once_a_minute(client, administrator):
    person = rita(password=PASSWORD)
    for _ in range(2):
        answer = client.post(reverse("person_link", args=[person.pk]), follow=True)
    assert "less than a minute ago" in answer.text
    assert [(mail.to, mail.kind) for mail in Mail.objects.all()] == [(person, Kind.PASSWORD)]
    assert [(change.what, change.by) for change in person.changes.all()] == [(Change.LINK, administrator)]


def test_without_a_mail_server_the_administrator_is_told_and_not_given_the_link(client, administrator):
    person = rita(password=PASSWORD)
    answer = client.post(reverse("person_link", args=[person.pk]), follow=True)
    assert "only its reader sees it" in answer.text
    assert "/password/reset/" not in answer.text


def test_who_has_no_password_is_invited(client, administrator):
    person = rita()
    client.post(reverse("person_link", args=[person.pk]))
    assert Invitation.objects.get().person == person
    assert Mail.objects.get().kind == Kind.INVITATION


def test_who_left_gets_no_link(client, administrator):
    person = rita(password=PASSWORD, is_active=False)
    answer = client.post(reverse("person_link", args=[person.pk]), follow=True)
    assert "Reactivate first" in answer.text
    assert not Mail.objects.exists()


# --- Leaving and coming back -------------------------------------------------------------------------


def test_deactivating_closes_the_account_at_once_and_reactivating_opens_it(client, administrator, held):
    held(0)
    person = rita(password=PASSWORD)
    assert deactivate(person, by=administrator, now=this_second())
    assert not deactivate(person, by=administrator, now=this_second())
    person.refresh_from_db()
    client.force_login(person)
    assert client.get(LIST).status_code == 302  # an open session ends, too

    client.force_login(administrator)
    address = reverse("person_reactivate", args=[person.pk])
    assert "is active again" in client.post(address, follow=True).text
    assert "is active already" in client.post(address, follow=True).text
    person.refresh_from_db()
    assert person.is_active
    assert person.check_password(PASSWORD)
    assert [change.what for change in person.changes.all()] == [Change.REACTIVATED, Change.DEACTIVATED]


def test_nobody_is_deactivated_while_holding_leads(administrator, held):
    person = rita()
    held(1)
    with pytest.raises(Refused, match=r"still holds 1 open lead\. Hand it over first"):
        deactivate(person, by=administrator, now=this_second())
    person.refresh_from_db()
    assert person.is_active


def test_nobody_deactivates_themselves(administrator, held):
    held(0)
    with pytest.raises(Refused, match="You can’t deactivate yourself"):
        deactivate(administrator, by=administrator, now=this_second())


@pytest.mark.parametrize("who", [mona, sam, rita, vic])
@pytest.mark.parametrize("act", [deactivate, reactivate])
def test_only_administrators_close_and_open_accounts(who, act, held):
    held(0)
    with pytest.raises(NotAllowed):
        act(raj(is_active=act is deactivate), by=who(), now=this_second())


def test_the_history_refuses_changes():
    person = rita()
    made = AccountChange.objects.create(person=person, by=person, at=this_second(), what=Change.PASSWORD)
    for change in (
        lambda: AccountChange.objects.update(what=Change.NAME),
        made.delete,
        lambda: AccountChange.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError, match="history"), transaction.atomic():
            change()


def test_no_address_of_a_stranger_is_kept(client):
    client.post(reverse("password_reset"), {"email": "Somebody@nordvik.example"})
    kept = " ".join(Attempt.objects.values_list("key", flat=True))
    assert kept
    assert "nordvik" not in kept
    assert "127.0.0.1" not in kept
    assert not User.objects.exists()
