"""Who people are: log-in names, sides and roles, choices about mail, made once."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from smarketing.accounts.models import Role, Side, User
from smarketing.accounts.people import ensure_person
from smarketing.accounts.tests.factories import UserFactory, ada, mia, mona, rita, vic

pytestmark = pytest.mark.django_db


def test_an_e_mail_belongs_to_one_person_whatever_its_case():
    UserFactory(email="rita@nordvik.example")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(email="RITA@nordvik.example", name="R", side=Side.SALES, role=Role.MEMBER)
    assert User.objects.get_by_natural_key("Rita@Nordvik.example").email == "rita@nordvik.example"


@pytest.mark.parametrize(
    ("side", "role"), [("", Role.MEMBER), ("", Role.MANAGER), (Side.SALES, Role.VIEWER), ("hr", Role.MEMBER)]
)
def test_side_and_role_fit_or_the_database_says_no(side, role):
    with pytest.raises(IntegrityError), transaction.atomic():
        UserFactory(side=side, role=role)


@pytest.mark.parametrize(
    ("make", "default"), [(mona, True), (mia, True), (rita, True), (vic, False), (ada, False)]
)
def test_mails_are_wanted_by_role_until_somebody_chooses(make, default):
    person = make()
    for mail in ("summary", "report", "notices"):
        assert person.wants(mail) is default
        assert User.objects.who_want(mail).contains(person) is default


@pytest.mark.parametrize("choice", [True, False])
def test_a_choice_counts_for_everybody(choice):
    for person in (rita(wants_report=choice), vic(wants_report=choice)):
        assert person.wants("report") is choice
        assert User.objects.who_want("report").contains(person) is choice


def test_who_left_wants_nothing():
    person = rita(is_active=False, wants_summary=True)
    assert not person.wants("summary")
    assert not User.objects.who_want("summary").exists()


def test_a_person_is_made_once_and_kept_as_they_are():
    made = ensure_person("Mona@Nordvik.example ", "Mona Lind", side=Side.MARKETING, role=Role.MANAGER)
    again = ensure_person("mona@nordvik.example", "Somebody Else", side=Side.SALES, role=Role.MEMBER)
    assert again == made
    assert (again.name, again.side, again.role) == ("Mona Lind", Side.MARKETING, Role.MANAGER)
    assert not made.has_usable_password()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "no address"}, "valid email"),
        ({"side": Side.SALES, "role": Role.VIEWER}, "viewers on none"),
        ({"time_zone": "Mars/Olympus"}, "is no time zone"),
    ],
)
def test_a_wrong_person_is_refused_with_a_sentence(fields, sentence):
    with pytest.raises(ValidationError, match=sentence):
        ensure_person(**({"email": "x@nordvik.example"} | fields))
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (mona, "Marketing, manager"),
        (mia, "Marketing, member"),
        (rita, "Sales, rep"),
        (vic, "viewer"),
        (ada, "viewer, administrator"),
    ],
)
def test_where_somebody_stands_in_words(make, words):
    assert make().position == words
