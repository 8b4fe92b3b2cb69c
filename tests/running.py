"""A whole run of SMarketing in processes of its own, for tests that look at what is left of it."""

import fcntl
import http.client
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import termios
import threading
import time
import uuid
from contextlib import closing, suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# The variables of an installation; none of whoever runs the tests may reach a run.
INSTALLATION = {"SECRET_KEY", "DEBUG", "ALLOWED_HOSTS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL"}
INSTALLATION |= {"DEFAULT_FROM_EMAIL", "PUBLIC_URL", "DATA_DIR", "PORT"}
SUPERVISOR = [sys.executable, "-m", "smarketing.supervisor", "--no-demo"]
MAKE = ["make", "-o", ".venv/.installed", f"BIN={Path(sys.executable).parent}", "RUN=--no-demo", "run"]

Process = tuple[int, str]  # its id and the instant of its start, since ids come back


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Run:
    """One start of `command`; `close()` leaves nothing, whatever the test has done."""

    def __init__(self, command: list[str], *, data: Path, terminal: bool = False, **variables: str) -> None:
        self.port = free_port()
        self.temporary = Path(tempfile.mkdtemp(prefix="smk-", dir="/tmp"))
        self.mark = f"SMARKETING_TEST={uuid.uuid4()}"
        self.seen: set[Process] = set()
        self.output = b""
        self.reading = True
        self.environment = {name: value for name, value in os.environ.items() if name not in INSTALLATION}
        self.environment |= {"DATA_DIR": str(data), "PORT": str(self.port), "TMPDIR": str(self.temporary)}
        self.environment |= dict([self.mark.split("=")]) | variables
        self.read_end, write_end = os.openpty() if terminal else os.pipe()
        self.first = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self.environment,
            stdin=write_end if terminal else subprocess.DEVNULL,
            stdout=write_end,
            stderr=write_end,
            start_new_session=True,
            preexec_fn=_take_terminal if terminal else None,
        )
        os.close(write_end)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    # --- what it says

    def _read(self) -> None:
        """Collect the output; never blocked in read(), which would keep a closed terminal open."""
        with suppress(OSError):
            while self.reading:
                if select.select([self.read_end], [], [], 0.1)[0]:
                    piece = os.read(self.read_end, 4096)
                    self.output += piece
                    self.reading = self.reading and bool(piece)

    @property
    def text(self) -> str:
        return self.output.decode(errors="replace")

    def get(self, path: str) -> tuple[int, str]:
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

    def wait_until_ready(self, seconds: float = 120) -> "Run":
        """Wait for 200 of /readyz and remember every process that is there then."""
        until = time.monotonic() + seconds
        answer: object = None
        while time.monotonic() < until and self.first.poll() is None:
            with suppress(OSError, http.client.HTTPException):
                status, body = self.get("/readyz")
                answer = json.loads(body)
                if status == 200:
                    self.seen = descendants(self.first.pid)
                    return self
            time.sleep(0.2)
        raise AssertionError(f"not ready: {answer}\n{self.text}")

    # --- who belongs to it

    def commands(self) -> list[str]:
        return [_command(pid) for pid, _ in descendants(self.first.pid)]

    def process(self, words: str) -> int:
        """The id of the process whose command line contains `words`; the leader where there are several."""
        return min(pid for pid, _ in descendants(self.first.pid) if words in _command(pid))

    def left(self) -> set[Process]:
        """What lives of it still: of those seen, and whatever else carries the mark of this test."""
        marked = {pid for pid in _ids() if self.mark.encode() in _read_of(pid, "environ").split(b"\0")}
        return {process for process in self.seen if _lives(process)} | {
            (pid, _started(pid)) for pid in marked
        }

    def wait_until_gone(self, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while left := self.left():
            if time.monotonic() > until:
                raise AssertionError(f"left: {[(pid, _command(pid)) for pid, _ in left]}\n{self.text}")
            with suppress(ChildProcessError):
                self.first.poll()
            time.sleep(0.1)

    def folders(self) -> list[Path]:
        return list(self.temporary.iterdir())

    def end(self, how: signal.Signals) -> int:
        """Send the first process a signal; its exit code once it has ended."""
        self.first.send_signal(how)
        return self.first.wait(30)

    def close_terminal(self) -> None:
        """Stop reading and close our end, as a terminal's window does."""
        if self.read_end >= 0:
            self.reading = False
            self.reader.join(5)
            os.close(self.read_end)
            self.read_end = -1

    def wait_until_said(self, words: str, seconds: float = 30) -> None:
        until = time.monotonic() + seconds
        while words not in self.text:
            assert time.monotonic() < until, self.text
            time.sleep(0.1)

    def close(self) -> None:
        for pid, _ in self.left() | descendants(self.first.pid):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.first.kill()
        self.first.wait(10)
        self.close_terminal()
        shutil.rmtree(self.temporary, ignore_errors=True)


def _take_terminal() -> None:
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def descendants(root: int) -> set[Process]:
    """The living processes below `root`, and itself."""
    parents = {pid: int(fields[1]) for pid in _ids() if (fields := _fields(pid)) and fields[0] != "Z"}
    found = {root} & set(parents)
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return {(pid, _started(pid)) for pid in found}


def _ids() -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _read_of(pid: int, name: str) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/{name}").read_bytes()
    return b""


def _fields(pid: int) -> list[str]:
    """State, parent and so on: the fields of /proc/PID/stat behind the name."""
    return _read_of(pid, "stat").decode().rpartition(")")[2].split()


def _started(pid: int) -> str:
    fields = _fields(pid)
    return fields[19] if fields else ""


def _lives(process: Process) -> bool:
    fields = _fields(process[0])
    return bool(fields) and fields[0] != "Z" and fields[19] == process[1]


def _command(pid: int) -> str:
    return _read_of(pid, "cmdline").replace(b"\0", b" ").decode(errors="replace")
