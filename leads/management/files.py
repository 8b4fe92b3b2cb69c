"""The file that a command of an import is given."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from leads.importing.reading import ImportFailed
from smarketing.commands import HouseCommand


@contextmanager
def given_file(command: HouseCommand, path: Path, rejects: Path | None) -> Iterator[BinaryIO]:
    """The file, open to read while it is imported. What is wrong with it, then too, ends the command with a
    sentence and exit code 2; so does a file of rejected rows that would overwrite it.
    """
    if rejects is not None and rejects.resolve() == path.resolve():
        command.fail_usage("The rejected rows would overwrite the file itself. Name another file.")
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):  # a pipe is read once; we read twice
            command.fail_usage(f"{path} is no plain file. Save what it holds to one, and import that.")
        with path.open("rb") as file:
            yield file
    except ImportFailed as failed:
        command.fail_usage(str(failed))
    except OSError as error:
        command.fail_usage(f"{path} can't be read: {error.strerror}. Check the name of the file.")
