"""Work in processes of its own on the test database: several at once, or killed with -9 at a chosen
statement."""

import os
import signal
import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from django.db import connection, connections

Work = Callable[[], object]


def start(work: Work, *, around: Callable[[], AbstractContextManager] = nullcontext) -> int:
    """Fork a process that does `work` with a connection of its own; its pid."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        with around():
            work()
        connections.close_all()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def finish(pid: int) -> int:
    """The exit code, or minus the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def at_once(*works: Work) -> list[int]:
    """Do all at the same moment, each in its own process; their exit codes."""
    waiting, go = os.pipe()

    def when_all_are_there(work: Work) -> Work:
        def begin() -> None:
            os.close(go)
            os.read(waiting, 1)  # returns when the last writing end is closed
            work()

        return begin

    pids = [start(when_all_are_there(work)) for work in works]
    os.close(waiting)
    os.close(go)
    return [finish(pid) for pid in pids]


class Killed:
    """An execute_wrapper that kills its process with -9 at the `event`th moment before or after a write."""

    def __init__(self, event: int) -> None:
        self.left = event

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        if not sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")):
            return execute(sql, params, many, context)
        self._pass()
        result = execute(sql, params, many, context)
        self._pass()
        return result

    def _pass(self) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def killed_everywhere(work: Work, check: Callable[[], None]) -> int:
    """Do `work` again and again, killed one moment later each time, until it gets through; `check` after
    each kill. Returns how often it was killed."""
    for event in range(1, 1_000):
        code = finish(start(work, around=lambda: connection.execute_wrapper(Killed(event))))  # noqa: B023
        if code == 0:
            return event - 1
        assert code == -signal.SIGKILL, f"It failed by itself with exit code {code}."
        check()
    raise AssertionError("It never got through.")
