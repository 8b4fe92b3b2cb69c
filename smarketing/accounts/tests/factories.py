"""People for tests: anybody by `UserFactory`, and the six everybody knows by name."""

import factory

from smarketing.accounts.models import Role, Side, User

PASSWORD = "correct-horse-battery"


class UserFactory(factory.django.DjangoModelFactory):
    """A sales rep in Copenhagen unless told otherwise. Has no password; pass `password` for one."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@nordvik.example")
    name = factory.Faker("name")
    side = Side.SALES
    role = Role.MEMBER
    time_zone = "Europe/Copenhagen"

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        return model_class.objects.create_user(*args, **kwargs)


def _person(first: str, last: str, side: str, role: str, fields: dict) -> User:
    known = {
        "email": f"{first.lower()}@nordvik.example",
        "name": f"{first} {last}",
        "side": side,
        "role": role,
    }
    return UserFactory(**(known | fields))


def mona(**fields) -> User:
    return _person("Mona", "Lind", Side.MARKETING, Role.MANAGER, fields)


def mia(**fields) -> User:
    return _person("Mia", "Holm", Side.MARKETING, Role.MEMBER, fields)


def sam(**fields) -> User:
    return _person("Sam", "Okafor", Side.SALES, Role.MANAGER, fields)


def rita(**fields) -> User:
    return _person("Rita", "Sørensen", Side.SALES, Role.MEMBER, fields)


def raj(**fields) -> User:
    return _person("Raj", "Patel", Side.SALES, Role.MEMBER, fields)


def vic(**fields) -> User:
    return _person("Vic", "Stone", "", Role.VIEWER, fields)


def ada(**fields) -> User:
    return _person("Ada", "Berg", "", Role.VIEWER, {"is_administrator": True} | fields)
