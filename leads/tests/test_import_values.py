"""Cells to values: dates in a zone, which of day and month comes first, amounts. No database."""

import datetime as dt
from decimal import Decimal

import pytest

from leads.importing import values
from leads.importing.dates import BadValue, DateReader, OrderFinder, orders_that_fit
from leads.importing.reading import ImportFailed

from .import_helpers import NOW, utc


def instant(text: str, zone: str = "Europe/Copenhagen", order: str = "ymd") -> dt.datetime:
    return DateReader(order, NOW).instant(text, zone)


@pytest.mark.parametrize(
    ("text", "zone", "expected"),
    [
        ("2018-02-26T19:58:54Z", "Europe/Copenhagen", "2018-02-26T19:58:54"),
        ("2018-02-26 19:58:54+01:00", "America/Sao_Paulo", "2018-02-26T18:58:54"),
        ("2018-02-26T19:58:54-0330", "UTC", "2018-02-26T23:28:54"),
        ("2018-02-26 19:58:54 UTC", "America/Sao_Paulo", "2018-02-26T19:58:54"),
        ("2018-02-26 19:58:54", "Europe/Copenhagen", "2018-02-26T18:58:54"),
        ("2018-07-26 19:58", "Europe/Copenhagen", "2018-07-26T17:58:00"),
        ("2018/02/26 7:58 PM", "UTC", "2018-02-26T19:58:00"),
        ("2018-02-26 12:05 a.m.", "UTC", "2018-02-26T00:05:00"),
        ("2018-02-26T19:58:54.999Z", "UTC", "2018-02-26T19:58:54"),
        ("2018-02-26", "Europe/Copenhagen", "2018-02-25T23:00:00"),
        ("2017-10-15", "America/Sao_Paulo", "2017-10-15T03:00:00"),  # midnight is skipped: the first is 01:00
        ("2018-02-18", "America/Sao_Paulo", "2018-02-18T03:00:00"),  # the day after the clocks went back
        ("2018-02-17 22:59:59", "America/Sao_Paulo", "2018-02-18T00:59:59"),
        ("2018-10-28T02:30+02:00", "Europe/Copenhagen", "2018-10-28T00:30:00"),
        ("2018-10-28T02:30+01:00", "Europe/Copenhagen", "2018-10-28T01:30:00"),
        ("2018-03-25 03:00", "Europe/Copenhagen", "2018-03-25T01:00:00"),
        ("2026-11-20T12:00:00Z", "UTC", "2026-11-20T12:00:00"),
    ],
)
def test_dates_are_read_in_the_zone(text, zone, expected):
    assert instant(text, zone) == utc(expected)


@pytest.mark.parametrize(
    ("text", "zone", "says"),
    [
        ("2018-03-25 02:30", "Europe/Copenhagen", "does not exist in Europe/Copenhagen"),
        ("2018-03-25 02:00", "Europe/Copenhagen", "does not exist"),
        ("2018-10-28 02:30", "Europe/Copenhagen", "comes twice in Europe/Copenhagen"),
        ("2017-10-15 00:00:00", "America/Sao_Paulo", "does not exist in America/Sao_Paulo"),
        ("2018-02-17 23:30", "America/Sao_Paulo", "comes twice"),
        ("2026-11-20T12:00:01Z", "UTC", "in the future"),
        ("2026-11-21", "UTC", "in the future"),
        ("9999-12-31", "UTC", "in the future"),
        ("0201-01-01", "UTC", "before 1970"),
        ("26/02/18", "UTC", "two digits"),
        ("18-02-26", "UTC", "two digits"),
        ("43157", "UTC", "is a number, not a date"),
        ("2018-02-30", "UTC", "no day of the calendar"),
        ("2018-13-01", "UTC", "no day of the calendar"),
        ("2018-02-26 25:00", "UTC", "no time of the day"),
        ("2018-02-26 13:00 PM", "UTC", "no hour from 1 to 12"),
        ("2018-02-26T10:00+25:00", "UTC", "no offset we know"),
        ("yesterday", "UTC", "no date we can read"),
        ("26/02/2018", "UTC", "does not begin with the year"),
    ],
)
def test_dates_that_cannot_be(text, zone, says):
    with pytest.raises(BadValue, match=says):
        instant(text, zone)


@pytest.mark.parametrize(
    ("order", "text", "expected"),
    [
        ("dmy", "03/04/2018", "2018-04-03"),
        ("mdy", "03/04/2018", "2018-03-04"),
        ("dmy", "3.4.2018", "2018-04-03"),
        ("dmy", "2018-04-03", "2018-04-03"),
        ("mdy", "04-25-2018", "2018-04-25"),
        ("mdy", "4/5/2018, 1:30 PM", "2018-04-05"),
    ],
)
def test_the_order_of_day_and_month(order, text, expected):
    assert instant(text, "UTC", order).date().isoformat() == expected


@pytest.mark.parametrize(("order", "text"), [("dmy", "04/25/2018"), ("mdy", "25/04/2018")])
def test_a_date_against_the_order_is_rejected(order, text):
    with pytest.raises(BadValue, match=r"does not have the (day|month) first"):
        instant(text, "UTC", order)


def order_of(*texts: str) -> str:
    finder = OrderFinder()
    for text in texts:
        finder.look_at("created", text)
    return finder.order()


@pytest.mark.parametrize(
    ("texts", "order"),
    [
        ([], "ymd"),
        (["2018-04-03", "2018-03-04"], "ymd"),
        (["05/05/2018"], "ymd"),
        (["03/04/2018", "25/04/2018"], "dmy"),
        (["25/04/2018", "03/04/2018"], "dmy"),
        (["03/04/2018", "04/25/2018"], "mdy"),
        (["nonsense", "25.04.2018 10:00"], "dmy"),
    ],
)
def test_one_date_that_fits_one_order_decides_for_the_file(texts, order):
    assert order_of(*texts) == order


def test_an_open_order_is_asked_for_with_an_example():
    with pytest.raises(
        ImportFailed, match="“03/04/2018” in the column “created” can be 3 April or 4 March 2018"
    ):
        order_of("2018-01-30", "03/04/2018")
    with pytest.raises(ImportFailed, match=r"--dates dmy .* or --dates mdy"):
        order_of("03/04/2018")


def test_dates_that_contradict_each_other_are_asked_about():
    with pytest.raises(ImportFailed, match=r"contradict each other: 25/04/2018 .* 04/25/2018"):
        order_of("25/04/2018", "04/25/2018")


def test_every_order_fits_a_day_that_is_its_month():
    assert len(orders_that_fit("07/07/2018")) == 3


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1234", "1234.00"),
        ("0", "0.00"),
        ("007", "7.00"),
        ("1234.5", "1234.50"),
        ("1234,5", "1234.50"),
        ("1234.50", "1234.50"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("1,234,567", "1234567.00"),
        ("1.234.567,8", "1234567.80"),
        ("1 234", "1234.00"),
        ("1\u00a0234,50", "1234.50"),
        ("1'234'567.89", "1234567.89"),
        ("0.500", "0.50"),
        ("1234.500", "1234.50"),
        ("12.3400000", "12.34"),
        ("99999999999999.99", "99999999999999.99"),
    ],
)
def test_amounts(text, amount):
    assert values.amount(text) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("1,234", "may be 1234 or 1 and a fraction"),
        ("12.345", "may be 12345 or 12 and a fraction"),
        ("-5", "below 0"),
        ("(5)", "below 0"),
        ("\u22125", "below 0"),
        ("12.345678", "more than two decimals"),
        ("1234.567", "more than two decimals"),
        ("999999999999999", "too large"),
        ("EUR 5", "no amount"),
        ("5 €", "no amount"),
        ("1,23,456", "no amount"),
        ("1,234,567,89", "no amount"),
        ("1e5", "no amount"),
        ("NaN", "no amount"),
    ],
)
def test_amounts_that_cannot_be(text, says):
    with pytest.raises(BadValue, match=says):
        values.amount(text)


@pytest.mark.parametrize("text", ["ann@example.com", "Ann.Holm+x@Example.co.uk"])
def test_addresses_stay_as_they_are_written(text):
    assert values.email(text) == text


@pytest.mark.parametrize("text", ["ann", "ann@", "@example.com", "a b@example.com", "a@b.com, c@d.com"])
def test_addresses_that_cannot_be(text):
    with pytest.raises(BadValue, match="no e-mail address"):
        values.email(text)


def test_currencies():
    assert values.currency("eur") == "EUR"
    for text in ("EURO", "€", "E1R", "EU"):
        with pytest.raises(BadValue, match="no currency"):
            values.currency(text)


def test_a_text_that_does_not_fit_is_told_with_its_length():
    assert values.text("x" * 60, 60) == "x" * 60
    with pytest.raises(BadValue, match="61 characters, and at most 60 fit"):
        values.text("x" * 61, 60)


@pytest.mark.parametrize(
    ("text", "people"),
    [("120", 120), ("0", 0), ("1,200", 1200), ("1.200", 1200), ("1 200", 1200), ("1.200.000", 1_200_000)],
)
def test_a_company_size_is_a_number_of_people(text, people):
    assert values.employees(text) == people


@pytest.mark.parametrize("text", ["many", "1.5", "12,00", "-5", "1,200.50", "~50", "9" * 30])
def test_what_is_no_number_of_people_is_refused(text):
    with pytest.raises(BadValue, match=r"is no number of people\. Write it as 120\.|more people than any"):
        values.employees(text)


@pytest.mark.parametrize("text", ["50-200", "50 - 200", "50 to 200", "1,000\u20135,000", "500+", "> 500"])
def test_a_range_is_no_number(text):
    assert values.is_range(text)
    with pytest.raises(BadValue):
        values.employees(text)
