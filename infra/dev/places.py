"""Where the launcher keeps things: everything it makes lies under one ignored folder, ``.housler``."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
HOME: Final = ROOT / ".housler"
ENVIRONMENTS: Final = HOME / "envs"
LOCKS: Final = ROOT / "infra" / "locks"
_PRIVATE: Final = 0o600


def data() -> Path:
    """The running stack's folder: ``HOUSLER_DATA``, or ``.housler/data``."""
    given = os.environ.get("HOUSLER_DATA")
    return Path(given).resolve() if given else HOME / "data"


def private_folder(folder: Path, *, passable: bool = False) -> Path:
    """Make the folder readable by its owner only.

    :param passable: others may go through to what they know by name: root's PostgreSQL runs as another user
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o711 if passable else 0o700)
    return folder


def write_private(file: Path, text: str) -> None:
    """Write the whole file or nothing, readable by its owner only."""
    partial = file.with_suffix(".part")
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE), "w") as out:
        out.write(text)
    partial.replace(file)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the file's lock: a second command waits for the first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
