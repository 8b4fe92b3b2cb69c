"""Whether a signed text is still the one that was signed."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from slas.rules.older import as_format_1
from slas.rules.terms import canonical_json
from slas.rules.words import listed
from slas.services.content import calendar_of, read_content, terms_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from slas.models import FrozenTerms, Signature, Version
    from slas.rules.terms import AgreementTerms


_ROWS = {
    "commitments": "the promise",
    "windows": "the window",
    "definitions": "the definition",
    "personas": "the persona",
}
_PARTS = {
    "calendar": "The row of the working time",
    "day_names": "The row of the working time",
    "scoring": "A row of what gives points",
    "name": "The agreement’s name",
    "agreement": "The agreement’s address",
}


@dataclass(frozen=True, slots=True)
class Verification:
    """`digest` is computed from the stored text here and now; `faults` are sentences, none where intact."""

    digest: str
    faults: tuple[str, ...]

    @property
    def is_intact(self) -> bool:
        return not self.faults

    @property
    def fingerprint(self) -> str:
        """The first twelve figures of the digest, as pages show it."""
        return " ".join(self.digest[start : start + 4] for start in (0, 4, 8))


def verify(version: Version, signatures: Iterable[Signature] | None = None) -> Verification:
    """Recompute the hash of the frozen terms and compare it with the stored one, with each signature, and the
    text with the rows it was made from. FrozenTerms.DoesNotExist for a draft.
    """
    frozen = version.frozen
    digest = hashlib.sha256(frozen.canonical.encode()).hexdigest()
    faults = [*_of_text(frozen, digest)]
    for signature in version.signatures.all() if signatures is None else signatures:
        if signature.digest != digest:
            faults.append(
                f"{signature.name} signed another text: their signature names {signature.digest[:12]}."
            )
    if not faults:
        faults += _of_rows(version, frozen)
    return Verification(digest, tuple(faults))


def _of_text(frozen: FrozenTerms, digest: str) -> list[str]:
    if digest == frozen.digest:
        return []
    return [f"The stored text was altered: its hash is {digest[:12]}, not {frozen.digest[:12]}."]


def _of_rows(version: Version, frozen: FrozenTerms) -> list[str]:
    """The content rows must still say what was frozen; holidays are those written out then."""
    signed = frozen.terms()
    content = read_content(version)
    try:
        own = calendar_of(content.working_time).holidays
        holidays = {day: signed.day_names.get(day.isoformat(), "") for day in signed.calendar.holidays}
        now = terms_of(version, content, holidays=holidays, made_with=signed.made_with)
        said = _as_then(now, frozen.canonical)
    except (ValueError, LookupError, TypeError) as error:
        return [f"The stored content was altered: {error}"]
    if own <= holidays.keys() and said == frozen.canonical:
        return []
    altered = altered_rows(json.loads(frozen.canonical), json.loads(said))
    return altered or ["The holidays of the working time were altered: they no longer say what was signed."]


def altered_rows(signed: dict[str, Any], said: dict[str, Any]) -> list[str]:
    """One sentence for each stored row that does not say what was signed; both are the data of terms."""
    faults = []
    for part in sorted(signed.keys() | said.keys()):
        before, now = signed.get(part), said.get(part)
        if before == now:
            continue
        if part in _ROWS and isinstance(before, list) and isinstance(now, list):
            faults += _of_list(_ROWS[part], before, now)
        else:
            where = _PARTS.get(part, f"The version ({part.replace('_', ' ')})")
            faults.append(f"{where} was altered: it no longer says what was signed.")
    return list(dict.fromkeys(faults))


def _of_list(what: str, before: list[dict[str, Any]], now: list[dict[str, Any]]) -> list[str]:
    was, becomes = ({one.get("key") or one.get("stage"): one for one in rows} for rows in (before, now))
    faults = []
    for key in dict.fromkeys([*was, *becomes]):
        name = f"The row of {what} “{key}”"
        if key not in becomes:
            faults.append(f"{name} is gone.")
        elif key not in was:
            faults.append(f"{name} was added after the text was frozen.")
        elif was[key] != becomes[key]:
            fields = [one for one in was[key] if was[key].get(one) != becomes[key].get(one)]
            named = listed([field.replace("_", " ") for field in fields])
            faults.append(f"{name} was altered ({named}): it no longer says what was signed.")
    return faults or [f"The order of the rows of {what} was altered."]


def _as_then(terms: AgreementTerms, canonical: str) -> str:
    """The canonical text of `terms` in the format of the frozen one."""
    if json.loads(canonical)["format"] == 1:
        return canonical_json(as_format_1(terms.as_data()))
    return terms.canonical()
