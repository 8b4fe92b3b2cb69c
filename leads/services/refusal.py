"""What a service answers when it will not: one sentence to show."""


class Refused(ValueError):
    """The sentence says what is wrong, where, and how to mend it. Nothing was stored."""


class NotAllowed(Refused):
    """The person may not do it, whatever the state of the lead (product section 1)."""
