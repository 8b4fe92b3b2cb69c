"""Secrets in the links of a mail: for its addressee alone."""

import pytest
from django.contrib.auth.models import AnonymousUser

from smarketing.accounts.tests.factories import ada, rita
from smarketing.outbox.links import MASK, mask_secrets, shown_to
from smarketing.outbox.tests.factories import make_mail

HOST = "https://smarketing.example"


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (f"{HOST}/unsubscribe/s3cr-et_T/notice/", f"{HOST}/unsubscribe/{MASK}"),
        (f"Open {HOST}/password/reset/MQ/c7x-9f3/ now", f"Open {HOST}/password/reset/{MASK} now"),
        (f'<a href="{HOST}/invitation/a:b:c/">come</a>', f'<a href="{HOST}/invitation/{MASK}">come</a>'),
        (f"<{HOST}/notice/eyJ:1w:x-y/>", f"<{HOST}/notice/{MASK}>"),
        (f"({HOST}/notice/abc?k=1)", f"({HOST}/notice/{MASK})"),
        (f"{HOST}/reports/7/?token=abc&week=46", f"{HOST}/reports/7/?token={MASK}&week=46"),
        (f"{HOST}/reports/7/?week=46&amp;token=abc", f"{HOST}/reports/7/?week=46&amp;token={MASK}"),
        (
            f"{HOST}/leads/12/ and {HOST}/slas/inbound-nordics/",
            f"{HOST}/leads/12/ and {HOST}/slas/inbound-nordics/",
        ),
        (f"{HOST}/unsubscribe/a/notice/ {HOST}/notice/b/", f"{HOST}/unsubscribe/{MASK} {HOST}/notice/{MASK}"),
    ],
)
def test_secrets_in_links_are_masked_and_nothing_else(content, expected):
    assert mask_secrets(content) == expected


@pytest.mark.django_db
def test_only_the_addressee_sees_the_secrets_of_a_mail():
    reader, administrator = rita(), ada()
    mail = make_mail(to=reader)
    for part in (mail.body_text, mail.body_html, f"<{mail.unsubscribe_url}>"):
        assert shown_to(reader, mail, part) == part
        for other in (administrator, AnonymousUser()):
            assert reader.mail_token not in shown_to(other, mail, part)
            assert MASK in shown_to(other, mail, part)


@pytest.mark.django_db
def test_the_readers_token_is_masked_wherever_it_stands():
    reader = rita()
    mail = make_mail(to=reader)
    assert shown_to(ada(), mail, f"your key is {reader.mail_token}.") == f"your key is {MASK}."
