"""Texts of format 1 were signed before there were conditions: read as today's terms, and written as then."""

from collections.abc import Mapping
from typing import Any

from slas.rules.checks import required
from slas.rules.fields import FIELDS

_NEW: dict[str, Any] = {
    "scope": None,
    "by_name_only": False,
    "hand_over_by_itself": False,
    "personas": [],
    "scoring": {"fit": [], "behaviour": []},
    "meeting_weekday": None,
    "meeting_hour": None,
    "day_names": {},
}
_ON_BREACH = {"tell_holder": True, "tell_managers": True, "reassign": False, "most_hops": 2}


def upgraded(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a format 1 text in the shape of format 2, saying the same."""
    return {
        **_NEW,
        **data,
        "windows": [_window(one) for one in required(data, "windows", "The agreement")],
        "commitments": [_commitment(one) for one in required(data, "commitments", "The agreement")],
        "definitions": [
            {**one, "rule": None, "by_itself": False}
            for one in required(data, "definitions", "The agreement")
        ],
    }


def _window(data: Mapping[str, Any]) -> dict[str, Any]:
    return {**data, "match": rule_of_match(data.get("match")), "on_breach": _ON_BREACH}


def rule_of_match(match: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """{"field": "source", "in": [...]} as conditions; a name that is no field of ours was a column."""
    if match is None:
        return None
    name = match["field"]
    field = name if name in FIELDS else f"extra.{name}"
    return {"all": [{"field": field, "op": "in", "value": list(match["in"])}]}


def _commitment(data: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != "note"}
    return {**kept, "achievable": data.get("note", ""), "relevant": ""}


def as_format_1(data: Mapping[str, Any]) -> dict[str, Any]:
    """The data of terms that could have been signed then (`AgreementTerms.as_data`), as it was written then.

    KeyError, TypeError or IndexError where they say what format 1 could not.
    """
    kept = {name: value for name, value in data.items() if name not in _NEW}
    return {
        **kept,
        "format": 1,
        "windows": [_window_1(one) for one in data["windows"]],
        "commitments": [_commitment_1(one) for one in data["commitments"]],
        "definitions": [
            {name: value for name, value in one.items() if name not in ("rule", "by_itself")}
            for one in data["definitions"]
        ],
    }


def _window_1(data: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name != "on_breach"}
    if data["match"] is None:
        return kept
    condition = data["match"]["all"][0]
    return {
        **kept,
        "match": {"field": condition["field"].removeprefix("extra."), "in": condition["value"]},
    }


def _commitment_1(data: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name not in ("achievable", "relevant")}
    return {**kept, "note": "\n".join(text for text in (data["achievable"], data["relevant"]) if text)}
