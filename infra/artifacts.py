"""Stages functions and makes the zips: the same content gives the same bytes, on any day."""

import hashlib
import shutil
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.discovery import ROOT, Function
from infra.layers import bytecode
from infra.layers.target import Target

_DAY: Final = (2020, 1, 1, 0, 0, 0)
_MODE: Final = 0o644 << 16
_TASK: Final = "/var/task"


@dataclass(frozen=True, slots=True)
class Archive:
    name: str
    path: Path

    @property
    def key(self) -> str:
        """Its place in the artifacts bucket: content makes the name, so that nothing uploaded ever changes."""
        return f"{self.name}/{hashlib.sha256(self.path.read_bytes()).hexdigest()}.zip"


def stage(target: Target, functions: tuple[Function, ...], place: Path) -> dict[str, Path]:
    """Name -> a folder in ``place`` with only that function's own folder and the packages above it, compiled."""
    shutil.rmtree(place, ignore_errors=True)
    staged = {}
    for function in functions:
        folder = place / function.name
        package = folder / "functions" / function.area / function.leaf
        source = ROOT / "functions" / function.area / function.leaf
        shutil.copytree(source, package, ignore=shutil.ignore_patterns("__pycache__"))
        for parent in (package.parent, package.parent.parent):
            (parent / "__init__.py").touch()
        staged[function.name] = folder
    if staged:
        bytecode.compile_folder(target, place, shown_as=_TASK)
    return staged


def archive(name: str, folder: Path, into: Path) -> Archive:
    """Zip ``folder`` as ``into/name.zip``."""
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{name}.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for each in sorted(folder.rglob("*")):
            if each.is_file():
                entry = zipfile.ZipInfo(each.relative_to(folder).as_posix(), _DAY)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = _MODE
                packed.writestr(entry, each.read_bytes())
    return Archive(name, path)
