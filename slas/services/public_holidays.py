"""Public holidays of a country and region, and which release of the data they came from."""

from __future__ import annotations

import functools
import importlib.metadata
import importlib.resources
from datetime import date

from slas.services.refusal import Refused

ENGLISH = "en_US"


def public_holidays(country: str, region: str, first: date, last: date) -> dict[date, str]:
    """Public holidays from `first` to `last`, both included, with their names, in order.

    `country` is an ISO 3166 code, blank for none; `region` one of its subdivisions, or blank. Refused where
    either is unknown.
    """
    if not country:
        return {}
    import holidays  # 150 ms: only where somebody asks

    known = holidays.list_supported_countries(include_aliases=True)
    if country not in known:
        raise Refused(
            f"No public holidays are known for “{country}”. Use a country's two letters, such as DK."
        )
    regions = known[country]
    if region and regions and region not in regions:
        raise Refused(f"“{region}” is no region of {country}. Use one of {', '.join(regions)}.")
    # where no regions are known, the national holidays hold in all of them
    found = _holidays(country, region if regions else "", first.year, last.year)
    return {day: name for day, name in found if first <= day <= last}


@functools.lru_cache(maxsize=64)
def _holidays(country: str, region: str, first: int, last: int) -> tuple[tuple[date, str], ...]:
    """Of whole years. Their names are English: without a language the machine's own would choose them."""
    import holidays

    languages = getattr(holidays, country).supported_languages
    found = holidays.country_holidays(
        country,
        subdiv=region or None,
        years=range(first, last + 1),
        language=ENGLISH if ENGLISH in languages else None,
    )
    return tuple(sorted(found.items()))


def data_versions() -> dict[str, str]:
    """Releases of the data that dates and instants are made with: frozen beside them.

    Instants come from the tzdata package alone, whatever the system has (`slas.rules.zones`).
    """
    return {name: importlib.metadata.version(name) for name in ("holidays", "tzdata")}


def country_of_zone(time_zone: str) -> str:
    """The country that an IANA zone lies in, where its public holidays are known; else blank."""
    country = _countries_of_zones().get(time_zone, "")
    if not country:
        return ""
    import holidays  # 150 ms: only where somebody asks

    return country if country in holidays.list_supported_countries(include_aliases=False) else ""


@functools.cache
def _countries_of_zones() -> dict[str, str]:
    table = (importlib.resources.files("tzdata.zoneinfo") / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {row[2]: row[0] for row in rows}
