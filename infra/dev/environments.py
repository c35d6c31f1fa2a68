"""Builds the environments from the locks: ``tests`` (tests, checks, stand-ins) and ``emulator`` (the local cloud).

An environment is taken as it is while its stamp (locks and Python) is unchanged. ``uv`` installs; it knows
nothing of a machine's pip settings (a mirror, say), so where it fails pip itself does the same work.
"""

import hashlib
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.dev import console, places

_INSTALL_TIMEOUT_SECONDS: Final = 1_200
_ASK_TIMEOUT_SECONDS: Final = 30
_IDENTIFY: Final = "import sys, sysconfig; print(sys.version, sysconfig.get_platform(), sys.base_prefix)"


@dataclass(frozen=True, slots=True)
class Recipe:
    #: locks that name every package they need
    complete: tuple[str, ...]
    #: locks installed without what their packages declare
    bare: tuple[str, ...] = ()


RECIPES: Final = {
    "tests": Recipe(("tests.txt",), bare=("chalice.txt",)),
    "emulator": Recipe(("emulator.txt",)),
}


def interpreter() -> str:
    """The Python to build on: ``HOUSLER_PYTHON``, or the one that runs the launcher."""
    return os.environ.get("HOUSLER_PYTHON") or sys.executable


def python_of(name: str) -> Path:
    return places.ENVIRONMENTS / name / "bin" / "python"


def ensure(name: str) -> Path:
    """Build the environment, or take it as it is; its Python.

    Two commands at once are safe: the second waits and finds the first one's work.

    :param name: a key of ``RECIPES``
    :raises DevError: it can't be built
    """
    recipe = RECIPES[name]
    with places.locked(places.ENVIRONMENTS / f"{name}.lock"):
        folder, stamp = places.ENVIRONMENTS / name, places.ENVIRONMENTS / f"{name}.stamp"
        wanted = _stamp((*recipe.complete, *recipe.bare))
        if not (python_of(name).exists() and stamp.exists() and stamp.read_text() == wanted):
            stamp.unlink(missing_ok=True)
            with console.step(f"Building the environment {name}"):
                _build(folder, recipe, places.HOME / "logs" / f"environment-{name}.log")
            stamp.write_text(wanted)
    return python_of(name)


def _stamp(locks: tuple[str, ...]) -> str:
    digest = hashlib.sha256(identity(interpreter()).encode())
    for lock in locks:
        digest.update((places.LOCKS / lock).read_bytes())
    return digest.hexdigest()


def identity(python: str) -> str:
    """What tells one Python from another.

    :raises DevError: not a Python that Housler runs on
    """
    try:
        told = subprocess.run(
            [python, "-c", f"{_IDENTIFY}; sys.exit(sys.version_info < (3, 11))"],
            check=True,
            capture_output=True,
            text=True,
            timeout=_ASK_TIMEOUT_SECONDS,
        )
    except (OSError, subprocess.SubprocessError):
        raise console.DevError(
            f"{python} is no Python 3.11 or newer: set HOUSLER_PYTHON to one, or unset it."
        ) from None
    return told.stdout


def _build(folder: Path, recipe: Recipe, log: Path) -> None:
    complete = [str(places.LOCKS / lock) for lock in recipe.complete]
    bare = [str(places.LOCKS / lock) for lock in recipe.bare]
    _make(folder, log)
    uv = _uv()
    if uv is not None:
        try:
            sync: list[str | Path] = [
                uv,
                "pip",
                "sync",
                # as pip does: a company's own certificate authority is known to the system only
                "--system-certs",
                "--python",
                folder / "bin" / "python",
                "--require-hashes",
            ]
            console.run_logged([*sync, *complete, *bare], log, timeout_seconds=_INSTALL_TIMEOUT_SECONDS)
        except console.DevError:
            console.say("uv could not install; pip tries with this machine's settings")
        else:
            return
    pip: list[str | Path] = [
        _bootstrap() / "bin" / "python",
        "-m",
        "pip",
        "--python",
        folder / "bin" / "python",
    ]
    for lock, declared in (*((lock, ()) for lock in complete), *((lock, ("--no-deps",)) for lock in bare)):
        console.run_logged(
            [*pip, "install", "--require-hashes", *declared, "-r", lock],
            log,
            timeout_seconds=_INSTALL_TIMEOUT_SECONDS,
        )


def _make(folder: Path, log: Path) -> None:
    """Make the empty environment; of the same Python's older one the packages stay, for the installer to compare."""
    python = str(folder / "bin" / "python")
    if Path(python).exists() and identity(python) == identity(interpreter()):
        return
    console.run_logged(
        [interpreter(), "-m", "venv", "--without-pip", "--clear", folder],
        log,
        timeout_seconds=_INSTALL_TIMEOUT_SECONDS,
    )


def _bootstrap() -> Path:
    return places.ENVIRONMENTS / "bootstrap"


def _uv() -> Path | None:
    """Install uv by pip, once per lock and Python; None where pip can't."""
    folder, stamp = _bootstrap(), places.ENVIRONMENTS / "bootstrap.stamp"
    log = places.HOME / "logs" / "environment-bootstrap.log"
    uv = folder / "bin" / "uv"
    with places.locked(places.ENVIRONMENTS / "bootstrap.lock"):
        wanted = _stamp(("bootstrap.txt",))
        if stamp.exists() and stamp.read_text() == wanted:
            return uv if uv.exists() else None
        console.run_logged(
            [interpreter(), "-m", "venv", "--clear", folder], log, timeout_seconds=_INSTALL_TIMEOUT_SECONDS
        )
        install: list[str | Path] = [
            folder / "bin" / "python",
            "-m",
            "pip",
            "install",
            "--require-hashes",
            "-r",
        ]
        try:
            console.run_logged(
                [*install, places.LOCKS / "bootstrap.txt"], log, timeout_seconds=_INSTALL_TIMEOUT_SECONDS
            )
        except console.DevError:
            return None
        stamp.write_text(wanted)
    return uv
