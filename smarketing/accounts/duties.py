"""Work that people hold, counted by the rooms above, which this one does not know.

Nobody is deactivated or taken off their side while something would be left without an owner. What that
something is, leads know: they register how to count it when they are ready.
"""

from collections.abc import Callable

from smarketing.accounts.models import User

Counter = Callable[[User], int]
_counters: dict[str, Counter] = {}


def register(what: str, counter: Counter) -> None:
    """Declare one sort of work by its name; registering it again replaces the counter."""
    _counters[what] = counter


def held_by(person: User) -> int:
    """How many pieces of work somebody else has to take before `person` may leave."""
    return sum(counter(person) for counter in _counters.values())
