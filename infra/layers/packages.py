"""Third-party packages of a layer: installed from the locks, trimmed to what functions load."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Final

from infra.discovery import ROOT
from infra.layers.target import BuildError, Target, uv

LOCKS: Final = ROOT / "infra" / "locks"
_TIMEOUT_SECONDS: Final = 900
_SERVICES: Final = {"s3", "sqs"}
_NO_USE: Final = (
    "bin",
    "share",
    "boto3/data",
    "boto3/examples",
    "chalice/cli",
    "chalice/templates",
    "chalice/deploy",
    "lxml/includes",
    "lxml/isoschematron",
    "phonenumbers/geodata",
    "phonenumbers/carrierdata",
    "phonenumbers/tzdata",
)
_NO_USE_ANYWHERE: Final = (
    "**/tests",
    "**/__pycache__",
    "**/*.pyi",
    "**/*.pxd",
    "**/*.pyx",
    "**/*.h",
    "**/*.c",
)


def install_runtime(target: Target, folder: Path) -> None:
    _install(target, folder, LOCKS / "runtime.txt")
    _install(target, folder, LOCKS / "chalice.txt")
    _trim(folder)


def install_pdf(target: Target, folder: Path) -> None:
    """What ``runtime`` doesn't hold already."""
    held = set(_requirements(LOCKS / "runtime.txt"))
    wanted = {name: text for name, text in _requirements(LOCKS / "pdf.txt").items() if name not in held}
    remaining = folder.parent / "pdf-requirements.txt"
    remaining.write_text("\n".join(wanted.values()) + "\n", "utf-8")
    _install(target, folder, remaining)
    remaining.unlink()
    _trim(folder)


def _requirements(lock: Path) -> dict[str, str]:
    """Package -> its entry with hashes; a package with several entries keeps them all."""
    found: dict[str, str] = {}
    name = ""
    for line in lock.read_text("utf-8").splitlines():
        if line.lstrip().startswith("#") or not line.strip():
            continue
        start = re.match(r"([A-Za-z0-9._-]+)==", line)
        name = start[1].lower() if start else name
        found[name] = f"{found[name]}\n{line}" if name in found else line
    return found


def _install(target: Target, folder: Path, requirements: Path) -> None:
    platform = ["--python-platform", target.platform] if target.platform else []
    done = subprocess.run(
        [
            uv(), "pip", "install", "--quiet", "--system-certs", "--no-deps", "--require-hashes", "--link-mode", "copy",
            "--python-version", target.python_version, *platform,
            "--target", str(folder), "-r", str(requirements),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=_TIMEOUT_SECONDS,
    )  # fmt: skip
    if done.returncode:
        raise BuildError(f"packages of {requirements.name} can't be installed:\n{done.stderr}")


def _trim(folder: Path) -> None:
    for path in (*(folder / name for name in _NO_USE), *_matching(folder)):
        _remove(path)
    data = folder / "botocore" / "data"
    if data.is_dir():
        for service in [each for each in data.iterdir() if each.is_dir() and each.name not in _SERVICES]:
            shutil.rmtree(service)


def _matching(folder: Path) -> list[Path]:
    return [path for pattern in _NO_USE_ANYWHERE for path in folder.glob(pattern)]


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
