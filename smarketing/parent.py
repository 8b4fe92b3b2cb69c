"""The make between the terminal and the supervisor: notice that it is leaving, though it may not say so."""

import os
import signal
from pathlib import Path

_ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Parent:
    """The process that started this one, looked at from time to time.

    make passes SIGTERM on, but a SIGINT or SIGHUP that reaches make alone (`kill -INT`) it keeps to itself
    and then waits for its child without end. It can be seen all the same: make gives up its handler.
    """

    def __init__(self) -> None:
        self.pid = os.getppid()
        self.handlers = _handled(self.pid)

    def is_leaving(self) -> bool:
        return os.getppid() != self.pid or bool(self.handlers - _handled(self.pid))


def _handled(pid: int) -> set[signal.Signals]:
    """Those of the ending signals for which the process has a handler now."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return set()
    caught = next((int(line.split()[1], 16) for line in lines if line.startswith("SigCgt:")), 0)
    return {ending for ending in _ENDINGS if caught >> (ending - 1) & 1}
