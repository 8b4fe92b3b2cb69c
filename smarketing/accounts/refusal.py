"""Why a change of people is not made, in the sentence that the page shows."""


class Refused(ValueError):
    """The rule that stands against it, as one sentence for the reader."""


class NotAllowed(Refused):
    """The person who asks may not do this."""
