"""Verifying says which row was altered."""

import pytest

from slas.services.verification import altered_rows
from slas.tests.factories import signed_agreement
from smarketing.accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed():
    return signed_agreement().versions.get().terms().as_data()


def altered(data, part, change):
    rows = [dict(one) for one in data[part]]
    change(rows)
    return data | {part: rows}


@pytest.mark.parametrize(
    ("part", "change", "sentence"),
    [
        (
            "commitments",
            lambda rows: rows[0].update(value="99"),
            "The row of the promise “mqls” was altered (value): it no longer says what was signed.",
        ),
        ("commitments", lambda rows: rows.pop(0), "The row of the promise “mqls” is gone."),
        (
            "windows",
            lambda rows: rows.append(rows[0] | {"key": "new"}),
            "The row of the window “new” was added after the text was frozen.",
        ),
        (
            "definitions",
            lambda rows: rows[0].update(sentence="Else", sales_does="Else"),
            "The row of the definition “lead” was altered (sentence and sales does): "
            "it no longer says what was signed.",
        ),
        ("commitments", lambda rows: rows.reverse(), "The order of the rows of the promise was altered."),
    ],
)
def test_which_row(signed, part, change, sentence):
    assert altered_rows(signed, altered(signed, part, change)) == [sentence]


@pytest.mark.parametrize(
    ("changed", "start"),
    [
        ({"calendar": {}}, "The row of the working time"),
        ({"scoring": {"fit": [], "behaviour": [1]}}, "A row of what gives points"),
        ({"report_hour": 23}, "The version (report hour)"),
        ({"starts_on": "2027-01-01"}, "The version (starts on)"),
    ],
)
def test_which_part(signed, changed, start):
    assert altered_rows(signed, signed | changed) == [
        f"{start} was altered: it no longer says what was signed."
    ]


def test_nothing_altered(signed):
    assert altered_rows(signed, dict(signed)) == []


def test_the_page_and_its_hash(client):
    version = signed_agreement("inbound-2").versions.get()
    client.force_login(User.objects.first())
    answer = client.get("/slas/inbound-2/1/terms.json.sha256")
    assert answer.content.decode() == f"{version.frozen.digest}  inbound-2-1.json\n"
    assert 'filename="inbound-2-1.json.sha256"' in answer["Content-Disposition"]
    assert client.get("/slas/inbound-2/9/terms.json.sha256").status_code == 404
