"""`make run`: prepare the database, start broker, web, worker and beat, and leave no process behind.

Four ways to end, one result. Ctrl-C, SIGTERM and a closed terminal (SIGHUP) reach `Supervisor`, which stops
the programs in order. kill -9 reaches nobody: then the kernel tells each program to stop
(`die_with_parent`) and the watcher, a process of its own, kills what is left and removes the run's folder.

Each program has a session of its own, so that a Ctrl-C at the terminal reaches the supervisor alone. One that
ends by itself is said in a sentence and ends the run with exit code 1: web and worker replace their own
children, so a program that is gone is a fault to look at and not one to repeat.
"""

import argparse
import contextlib
import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import FrameType

from smarketing import broker, processes
from smarketing.parent import Parent
from smarketing.watcher import GRACE

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "smarketing-run-"
WORKER = "celery --quiet --app smarketing worker --loglevel WARNING --without-gossip --without-mingle"
BEAT = "celery --quiet --app smarketing beat --loglevel WARNING --pidfile="
WEB = (
    "gunicorn smarketing.wsgi --worker-class gthread --workers 2 --threads 4 --timeout 120"
    " --graceful-timeout 10 --log-level warning --no-control-socket --bind 127.0.0.1:{port}"
)


class Stopped(Exception):
    """Somebody asked for the end: a signal, or make's end."""


class Failed(Exception):
    """The run can't go on; the message is the sentence that says why."""


class Supervisor:
    """One run of everything. `serve()` returns when somebody has asked it to stop, or raises Failed."""

    def __init__(self, *, port: int, demo: bool, parent: Parent | None) -> None:
        self.port = port
        self.demo = demo
        self.parent = parent
        self.asked = False
        self.programs: dict[str, subprocess.Popen[bytes]] = {}
        self.folder = broker.short_folder(PREFIX)
        # What a program leaves in its temporary folder when it is killed goes with the folder of the run.
        own = {processes.RUN: str(self.folder), "TMPDIR": str(self.folder), "PORT": str(port)}
        self.environment = {**os.environ, **own}
        self.watcher = self._watcher()

    def serve(self) -> None:
        logins = self.prepare()
        if not os.environ.get("REDIS_URL"):
            self.start("broker", broker.server_command(self.folder))
            self.wait_for(partial(broker.answers, self.folder), seconds=20, what="The broker doesn't answer")
            self.environment["REDIS_URL"] = broker.broker_url(self.folder)
        self.start("worker", python(WORKER))
        self.start("beat", python(BEAT))
        self.start("web", python(WEB.format(port=self.port)))
        self.wait_for(self.web_answers, seconds=60, what="The web server doesn't answer")
        say(f"SMarketing is at http://127.0.0.1:{self.port}/ (Ctrl-C stops it)")
        say(logins)
        while True:
            self.pause()

    def prepare(self) -> str:
        """Migrate and, in an empty database, load the demo; returns the demo logins to print, or nothing."""
        command = python("smarketing.prepare --demo" if self.demo else "smarketing.prepare")
        step = self.start("preparation", command, stdout=subprocess.PIPE)
        while step.poll() is None:
            self.pause(watched=False)
        if step.returncode:
            raise Failed("The database could not be prepared, so nothing was started.")
        output, _ = step.communicate()
        del self.programs["preparation"]
        return output.decode().rstrip()

    def start(self, name: str, words: list[str], stdout: int | None = None) -> subprocess.Popen[bytes]:
        self.programs[name] = subprocess.Popen(  # noqa: S603
            words,
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            start_new_session=True,
            preexec_fn=partial(processes.die_with_parent, os.getpid()),
        )
        return self.programs[name]

    def wait_for(self, ready: Callable[[], bool], *, seconds: float, what: str) -> None:
        until = time.monotonic() + seconds
        while not ready():
            self.pause()
            if time.monotonic() > until:
                raise Failed(f"{what} after {seconds:.0f} seconds.")

    def pause(self, seconds: float = 0.2, *, watched: bool = True) -> None:
        """Wait a moment; raises Stopped when the end was asked for, Failed when a program has ended."""
        time.sleep(seconds)
        if self.asked or (self.parent and self.parent.is_leaving()):
            raise Stopped
        if self.watcher.poll() is not None:
            raise Failed("The watcher has stopped, so everything else is stopped, too.")
        for name, program in self.programs.items():
            if watched and program.poll() is not None:
                raise Failed(f"The {name} has stopped ({_how(program)}), so everything else is stopped, too.")

    def web_answers(self) -> bool:
        """Whether the web server answers at all; that it refuses our Host header is an answer, too."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=2)
        with contextlib.suppress(OSError, http.client.HTTPException), contextlib.closing(connection):
            connection.request("GET", "/healthz")
            connection.getresponse()
            return True
        return False

    def ask(self, number: int, frame: FrameType | None) -> None:
        self.asked = True

    def stop(self) -> None:
        """Stop the programs, the broker last; kill what hasn't ended after its grace; remove the folder."""
        server = self.programs.pop("broker", None)
        outlast = {self.watcher.pid, server.pid} if server else {self.watcher.pid}
        self._terminate(list(self.programs.values()), but=outlast, seconds=GRACE)
        self._terminate([server] if server else [], but={self.watcher.pid}, seconds=5)
        assert self.watcher.stdin is not None  # noqa: S101
        self.watcher.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.watcher.wait(10)

    def _terminate(self, leaders: list[subprocess.Popen[bytes]], *, but: set[int], seconds: float) -> None:
        for leader in leaders:
            leader.terminate()
        until = time.monotonic() + seconds
        for leader in leaders:
            with contextlib.suppress(subprocess.TimeoutExpired):
                leader.wait(max(0.0, until - time.monotonic()))
        processes.kill(processes.members(str(self.folder), but=but))
        for leader in leaders:
            leader.wait()

    def _watcher(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            [*python("smarketing.watcher"), str(self.folder)],
            cwd=ROOT,
            env={**os.environ, processes.RUN: str(self.folder)},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )


def python(module: str) -> list[str]:
    """The command line of a module and its arguments."""
    return [sys.executable, "-m", *module.split()]


def _how(program: subprocess.Popen[bytes]) -> str:
    code = program.returncode
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"


def clear_old_runs() -> None:
    """Remove the folders of runs whose supervisor and watcher were both killed with -9."""
    for folder in {Path(tempfile.gettempdir()), Path("/tmp")}:  # noqa: S108
        for old in folder.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError):
                status = old.lstat()
                if status.st_uid == os.getuid() and time.time() - status.st_ctime > 10:
                    _remove_unless_alive(old)


def _remove_unless_alive(folder: Path) -> None:
    if folder.is_dir() and not folder.is_symlink() and not processes.members(str(folder)):
        shutil.rmtree(folder)


def port_from(text: str) -> int:
    """The port in `text`; Failed with a sentence unless it is one that can be listened on now."""
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise Failed(f"PORT is {text!r}, but a port is a number from 1 to 65535.")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(text)))
            probe.listen()
        except OSError as error:
            why = os.strerror(error.errno or 0).lower()
            raise Failed(f"Port {text} of 127.0.0.1: {why}. Choose another: make run PORT=8001") from error
    return int(text)


def say(text: str) -> None:
    """Print, unless there is nothing to say or the terminal is gone."""
    with contextlib.suppress(OSError):
        os.write(1, f"{text}\n".encode() if text else b"")


def listen_for_the_end(supervisor: Supervisor) -> None:
    """Ctrl-C, SIGTERM and a closed terminal ask for the end; nohup's deafness to the last is respected."""
    signal.signal(signal.SIGINT, supervisor.ask)
    signal.signal(signal.SIGTERM, supervisor.ask)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, supervisor.ask)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m smarketing.supervisor", description="Run everything.")
    parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
    parser.add_argument(
        "--with-parent", action="store_true", help="stop when the process that started it does"
    )
    options = parser.parse_args()
    try:
        port = port_from(os.environ.get("PORT") or "8000")
    except Failed as reason:
        print(reason, file=sys.stderr)  # noqa: T201
        return 1
    clear_old_runs()
    parent = Parent() if options.with_parent else None
    return run(Supervisor(port=port, demo=not options.no_demo, parent=parent))


def run(supervisor: Supervisor) -> int:
    """Serve until the end; exit code 0 when somebody asked for it, 1 when the run could not go on."""
    listen_for_the_end(supervisor)
    try:
        supervisor.serve()
    except Stopped:
        code = 0
        say("Stopping ...")
    except Failed as reason:
        code = 1
        say(str(reason))
    finally:
        supervisor.stop()
    return code


if __name__ == "__main__":
    sys.exit(main())
