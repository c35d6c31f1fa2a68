"""For which Python a build is made, and where it lies."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.discovery import ROOT
from infra.plan import BUILD

#: Of the cloud's python3.13 runtime (Amazon Linux 2023): no library of a layer may ask for a newer symbol.
MAX_GLIBC: Final = (2, 34)
_UV_TIMEOUT_SECONDS: Final = 600


class BuildError(Exception):
    """The build can't go on; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    python_version: str  # "3.13"
    #: for another machine than this one, as uv names it; None for this one
    platform: str | None
    folder: Path

    @property
    def layers(self) -> Path:
        return self.folder / "layers"

    @property
    def functions(self) -> Path:
        return self.folder / "functions"

    @property
    def interpreter(self) -> Path | None:
        """A Python of this version on this machine: it writes the bytecode. ``HOUSLER_CLOUD_PYTHON`` names one."""
        if self.python_version == _running():
            return Path(sys.executable)
        given = os.environ.get("HOUSLER_CLOUD_PYTHON")
        if given:
            return Path(given)
        found = subprocess.run(
            [uv(), "python", "find", "--no-python-downloads", self.python_version],
            capture_output=True,
            text=True,
            check=False,
            timeout=_UV_TIMEOUT_SECONDS,
        )
        return Path(found.stdout.strip()) if found.returncode == 0 else None


def local() -> Target:
    """This machine and the Python that runs this."""
    return Target(_running(), None, ROOT / BUILD / "local")


def cloud() -> Target:
    """The runtime of template.yaml; its build lies where template.yaml looks for it."""
    return Target("3.13", "x86_64-manylinux_2_28", ROOT / BUILD)


def uv() -> str:
    """:raises BuildError: uv is nowhere"""
    own = ROOT / ".housler/envs/bootstrap/bin/uv"
    found = str(own) if own.is_file() else shutil.which("uv")
    if found is None:
        raise BuildError("uv is needed to build layers: ./dev makes it, or pip install uv")
    return found


def _running() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"
