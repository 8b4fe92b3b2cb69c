"""Processes of one run: how they die with their parent, and who is left of it (Linux).

A run is named by its folder, `/tmp/smarketing-x1y2z3`. Every process of it carries that name: in the
environment variable RUN; the broker, which overwrites its environment with its title, in its command line.
"""

import contextlib
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

RUN = "SMARKETING_RUN"

_PR_SET_PDEATHSIG = 1
# Loaded here and not in the child: between fork and exec nothing should be looked up.
_prctl = ctypes.CDLL(None).prctl if sys.platform == "linux" else None


def die_with_parent(parent: int) -> None:
    """Have the kernel send SIGTERM to this process when the thread of `parent` that forked it ends.

    Called in the child, between fork and exec. A parent that is gone already is noticed.
    """
    if _prctl is not None:
        _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGTERM)


def members(run: str, *, but: set[int] | None = None) -> set[int]:
    """The ids of the living processes that carry the name of this run, but for `but`."""
    others = (but or set()) | {os.getpid()}
    return {pid for pid in _all_ids() if pid not in others and _carries(pid, run=os.fsencode(run))}


def wait_until_gone(run: str, *, but: set[int] | None = None, seconds: float) -> bool:
    """Wait up to `seconds` for the run's processes to end; True when none is left."""
    until = time.monotonic() + seconds
    while members(run, but=but):
        if time.monotonic() > until:
            return False
        time.sleep(0.1)
    return True


def kill(pids: set[int]) -> None:
    """Kill what is still there of `pids`."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def _all_ids() -> list[int]:
    return [int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()]


def _carries(pid: int, *, run: bytes) -> bool:
    try:
        environment = Path(f"/proc/{pid}/environ").read_bytes()
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # ended meanwhile, or somebody else's
        return False
    in_title, in_arguments = b"unixsocket:%s/" % run, b"--unixsocket\0%s/" % run
    return (
        b"%s=%s" % (RUN.encode(), run) in environment.split(b"\0")
        or in_title in words
        or in_arguments in words
    )
