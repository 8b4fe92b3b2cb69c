"""Countries whose public holidays are known, for a list to choose from."""

import re


def country_choices() -> list[tuple[str, str]]:
    """Code and name, by name; the first choice is none."""
    from holidays.registry import COUNTRIES  # 150 ms: only where somebody asks

    named = sorted((_name(names[0]), names[1]) for names in COUNTRIES.values())
    return [("", "none"), *((code, name) for name, code in named)]


def _name(text: str) -> str:
    """ "UnitedStates" as people write it."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return re.sub(r"\b(And|Of|The)\b", lambda word: word[0].lower(), words)
