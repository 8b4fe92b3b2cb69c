"""A refusal that is about one thing that was typed."""

from slas.services.refusal import Refused


class Wrong(Refused):
    """`field`: the name of what is wrong, as the form calls it."""

    def __init__(self, field: str, sentence: str) -> None:
        self.field = field
        super().__init__(sentence)


def field_of(refusal: Refused) -> str | None:
    """The field beside which a form says it; None: it is about the whole."""
    return refusal.field if isinstance(refusal, Wrong) else None
