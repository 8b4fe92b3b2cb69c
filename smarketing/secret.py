"""The secret key of a bare checkout: made once, kept in DATA_DIR, readable by its owner only."""

import os
import secrets
from pathlib import Path


def kept_secret_key(data_dir: Path) -> str:
    """Return the key in `data_dir`/secret-key, making it first (mode 0600) where there is none.

    Two processes that start at once agree: the key is written aside and linked into place, and
    only the first link succeeds.
    """
    path = data_dir / "secret-key"
    if not path.exists():
        draft = data_dir / f".secret-key-{os.getpid()}-{secrets.token_hex(4)}"
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()
