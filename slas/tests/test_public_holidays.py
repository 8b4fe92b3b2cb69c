"""Public holidays by their names."""

from datetime import date

import pytest

from slas.services import public_holidays as service

NEW_YEAR = (date(2027, 1, 1), date(2027, 1, 2))


@pytest.mark.parametrize("language", ["da", "th", "C"])
def test_their_names_do_not_depend_on_the_machine(monkeypatch, language: str) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LANG"):
        monkeypatch.setenv(name, language)
    service._holidays.cache_clear()
    assert service.public_holidays("DK", "", *NEW_YEAR) == {date(2027, 1, 1): "New Year's Day"}


def test_a_country_without_translations_has_its_names_too() -> None:
    assert service.public_holidays("FJ", "", *NEW_YEAR) == {date(2027, 1, 1): "New Year's Day"}
