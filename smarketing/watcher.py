"""What stays behind the supervisor for a moment: it sees to it that nothing else does.

`python -m smarketing.watcher FOLDER` waits until its standard input ends, which happens however the
supervisor ends, kill -9 included. By then the programs have been told to stop, by the supervisor or by
the kernel (`die_with_parent`). The watcher gives them their time, kills what is left and removes the
folder of the run.
"""

import contextlib
import os
import shutil
import signal
import sys

from smarketing import processes

GRACE = 20.0  # seconds


def main(run: str) -> None:
    for ending in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, signal.SIG_IGN)
    while os.read(sys.stdin.fileno(), 1024):
        pass
    if not processes.wait_until_gone(run, seconds=GRACE):
        processes.kill(processes.members(run))
        processes.wait_until_gone(run, seconds=5)
    with contextlib.suppress(OSError):
        shutil.rmtree(run)


if __name__ == "__main__":
    main(sys.argv[1])
