"""The few things that no Python package brings: WeasyPrint's libraries, a font, Python's own venv module.

On Debian as root they are installed; elsewhere the command that installs them is named.
"""

import ctypes
import ctypes.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from infra.dev import console, environments, places
from shared.config import pdf
from shared.config.environment import SettingsError

_APT_TIMEOUT_SECONDS: Final = 600
_ASK_TIMEOUT_SECONDS: Final = 30
_PANGO_ELSEWHERE: Final = "https://doc.courtbouillon.org/weasyprint/stable/first_steps.html"


@dataclass(frozen=True, slots=True)
class Need:
    """Something of the system, and the Debian package that brings it."""

    package: str
    is_met: Callable[[], bool]


def _has_library(name: str, soname: str) -> bool:
    """Try to load it: what the loader can't find WeasyPrint can't either."""
    if sys.platform != "linux":
        return ctypes.util.find_library(name) is not None
    try:
        ctypes.CDLL(soname)
    except OSError:
        return False
    return True


def _has_fonts() -> bool:
    try:
        pdf.load()
    except SettingsError:
        return False
    return True


def _has_venv() -> bool:
    """Debian takes ``ensurepip`` out of its Python and puts it into a package of its own."""
    asked = subprocess.run(
        [environments.interpreter(), "-c", "import ensurepip, venv"],
        check=False,
        capture_output=True,
        timeout=_ASK_TIMEOUT_SECONDS,
    )
    return asked.returncode == 0


NEEDS: Final = (
    Need("libpango-1.0-0", partial(_has_library, "pango-1.0", "libpango-1.0.so.0")),
    Need("libpangoft2-1.0-0", partial(_has_library, "pangoft2-1.0", "libpangoft2-1.0.so.0")),
    Need("libharfbuzz-subset0", partial(_has_library, "harfbuzz-subset", "libharfbuzz-subset.so.0")),
    Need("fonts-paratype", _has_fonts),
    Need("python3-venv", _has_venv),
)


def ensure(needs: tuple[Need, ...] = NEEDS) -> None:
    """See that the system has what is needed, by installing it where that is ours to do.

    :raises DevError: something is missing; names the command that brings it
    """
    missing = [need for need in needs if not need.is_met()]
    if not missing:
        return
    packages = [need.package for need in missing]
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise console.DevError(instruction(packages))
    _install(packages, places.HOME / "logs" / "apt.log")
    still = [need.package for need in missing if not need.is_met()]
    if still:
        raise console.DevError(f"Installing did not help. {instruction(still)}")


def instruction(packages: list[str]) -> str:
    """What a person does who has to install them himself."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        return f"Housler needs what Debian packs as {names}: install it (elsewhere see {_PANGO_ELSEWHERE})."
    return f"Housler needs {names}; as root run: apt-get update && apt-get install -y {names}"


def _install(packages: list[str], log: Path) -> None:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    wait = ["-o", "DPkg::Lock::Timeout=300"]
    with console.step(f"Installing {', '.join(packages)}"):
        for words in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
            console.run_logged(
                ["apt-get", *wait, *words], log, timeout_seconds=_APT_TIMEOUT_SECONDS, environment=environment
            )
