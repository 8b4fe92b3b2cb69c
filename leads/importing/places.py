"""To which agreement a row's lead belongs, in which zone its times are, which version was in force when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings

from leads.services.belonging import first_that_takes
from leads.services.tiers import named_attributes
from slas.models import Agreement, Version
from slas.rules.conditions import asked_about
from slas.rules.terms import AgreementTerms
from slas.rules.zones import local_day

from .reading import ImportFailed


@dataclass(frozen=True)
class Place:
    """An agreement as an import needs it, read once: its zone, and its signed versions, newest first."""

    agreement: Agreement | None
    zone: str
    versions: tuple[tuple[Version, AgreementTerms], ...] = ()

    @property
    def pk(self) -> int | None:
        return self.agreement.pk if self.agreement else None

    @property
    def currency(self) -> str:
        """The currency of the newest version; blank where there is none."""
        return self.versions[0][1].currency if self.versions else ""

    def in_force(self, at: dt.datetime) -> tuple[Version, AgreementTerms] | None:
        """The signed version in force at the instant, with its terms."""
        for version, terms in self.versions:
            begun = version.in_force_at is not None and version.in_force_at <= at
            if begun and (version.ended_at is None or version.ended_at > at):
                return version, terms
        return None

    def why_nothing_is_handed_over(self, at: dt.datetime) -> str:
        """Why no lead can be handed over here at the instant, in sentences; blank where one can."""
        if self.agreement is None:
            return (
                "The lead belongs to no agreement, so there is no promise to hand it over under. "
                "Name an agreement for the import, or leave the cell blank."
            )
        if self.in_force(at) is not None:
            return ""
        name, day = self.agreement.name, local_day(at, self.zone)
        begins = [version.in_force_at for version, _ in self.versions if version.in_force_at is not None]
        if not begins:
            return f"{name} is not signed, so nothing can be handed over under it."
        if at < min(begins):
            return (
                f"{day} is before {name} was in force, which is from {local_day(min(begins), self.zone)} on. "
                "Leave the cell blank for leads that were handed over earlier."
            )
        return f"{name} was not in force on {day}. Leave the cell blank for leads handed over without it."


class Places:
    """The agreements that an import's rows may go to: the one named, else those whose scope is tried.

    `zone`: the one stated for the file, else each agreement's own (of its newest version), else the
    installation's. ImportFailed where the agreement is not there.
    """

    def __init__(self, slug: str = "", zone: str = "") -> None:
        self._zone = zone
        self.named: Place | None = None
        if slug:
            agreement = Agreement.objects.filter(slug=slug).first()
            if agreement is None:
                raise ImportFailed(_no_such(slug))
            self.named = self._place(agreement)
        self.none = Place(None, zone or settings.TIME_ZONE)
        self._offered = [] if slug else [self._place(one) for one in Agreement.objects.all()]
        signed = [place for place in self._offered if place.versions]
        self.tried = [place for place in signed if not place.versions[0][1].by_name_only]
        self._asked = sorted({name for place in self.tried for name in _asks(place.versions[0][1])})
        self._found: dict[tuple[Any, ...], tuple[Place, str]] = {}  # leads of one kind come by the thousand

    def of(self, columns: Mapping[str, Any], extra: Mapping[str, str]) -> tuple[Place, str]:
        """The agreement named, else the first in the stated order whose scope matches, else none; and why,
        in a sentence."""
        if self.named is not None:
            return self.named, "The import named it."
        attributes = named_attributes(columns, extra)
        asked = tuple(attributes.get(name) for name in self._asked)
        if asked not in self._found and len(self._found) < _REMEMBERED:
            self._found[asked] = self._belonging(attributes)
        return self._found.get(asked) or self._belonging(attributes)

    def _belonging(self, attributes: Mapping[str, Any]) -> tuple[Place, str]:
        offered = ((place.agreement, place.versions[0][1]) for place in self.tried if place.agreement)
        found = first_that_takes(offered, attributes, _ANY_TIME)
        place = next((place for place in self.tried if place.agreement == found.agreement), self.none)
        return place, found.why

    @property
    def all(self) -> list[Place]:
        """Every place a row may go to."""
        return [self.named] if self.named else [*self.tried, self.none]

    def zones(self) -> dict[int | None, str]:
        """The zone of times of leads that are here, by their agreement; of the one named alone, if one is."""
        places = [self.named] if self.named else [*self._offered, self.none]
        return {place.pk: place.zone for place in places}

    def _place(self, agreement: Agreement) -> Place:
        versions = tuple((version, version.terms()) for version in agreement.versions_signed())
        zone = self._zone or (versions[0][1].tz if versions else settings.TIME_ZONE)
        return Place(agreement, zone, versions)


def _asks(terms: AgreementTerms) -> frozenset[str]:
    """The fields that a scope asks about."""
    return asked_about(terms.scope, terms.personas, terms.scoring).fields if terms.scope else frozenset()


# Scopes ask about attributes only, so the instant does not matter.
_REMEMBERED = 20_000
_ANY_TIME = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def _no_such(slug: str) -> str:
    slugs = list(Agreement.objects.values_list("slug", flat=True)[:20])
    there = f"There are: {', '.join(slugs)}." if slugs else "There is none yet: standard_agreement makes one."
    return f"There is no agreement “{slug}”. {there}"
