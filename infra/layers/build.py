"""Builds the layers, each only when what it is made of has changed."""

import fcntl
import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from infra.discovery import ROOT
from infra.layers import bytecode, natives, packages
from infra.layers.target import Target

_SOURCES: Final = Path(__file__).parent
_INSTALLERS: Final = ("packages.py", "bytecode.py")
_UNCOMPILED: Final = "no Python {} here to compile it: cold starts will be 2-3 times slower"
_IN_THE_CLOUD: Final = "/opt/python"


def build_runtime(target: Target) -> Path:
    def fill(folder: Path) -> None:
        packages.install_runtime(target, folder / "python")

    return _built(target, "runtime", _lock_digest(target, ("runtime.txt", "chalice.txt"), _INSTALLERS), fill)


def build_pdf(target: Target, *, with_natives: bool) -> Path:
    """:param with_natives: also the system libraries and fonts; where they are installed, packages do"""

    def fill(folder: Path) -> None:
        packages.install_pdf(target, folder / "python")
        if with_natives:
            natives.add(folder)

    name = "pdf" if with_natives else "pdf-packages"
    return _built(
        target,
        name,
        _lock_digest(target, ("runtime.txt", "pdf.txt"), (*_INSTALLERS, "natives.py", "elf.py")),
        fill,
    )


def build_domain(target: Target) -> Path:
    def fill(folder: Path) -> None:
        for name in ("shared", "templates"):
            if (ROOT / name).is_dir():
                shutil.copytree(
                    ROOT / name, folder / "python" / name, ignore=shutil.ignore_patterns("__pycache__")
                )

    return _built(target, "domain", _tree_digest(target, ROOT / "shared", ROOT / "templates"), fill)


def pointing_at(target: Target, layer: Path) -> Path:
    """A layer of one file that puts the built folder first on the path: the emulator unpacks it in no time."""
    python = f"python{target.python_version}"
    folder = target.folder / "pointers" / layer.name
    pointer = folder / "python/lib" / python / "site-packages" / f"housler_{layer.name}.pth"
    pointer.parent.mkdir(parents=True, exist_ok=True)
    # First, not last: the emulator's own packages are on the path too, in other versions.
    pointer.write_text(f"import sys; sys.path.insert(0, {str(layer / 'python')!r})\n", "utf-8")
    return folder


def _built(target: Target, name: str, digest: str, fill: Callable[[Path], None]) -> Path:
    folder, stamp = target.layers / name, target.layers / f"{name}.stamp"
    target.layers.mkdir(parents=True, exist_ok=True)
    with (target.layers / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test workers build at the same time
        if folder.is_dir() and stamp.is_file() and stamp.read_text("utf-8") == digest:
            return folder
        stamp.unlink(missing_ok=True)
        fresh = target.layers / f"{name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        (fresh / "python").mkdir(parents=True)
        fill(fresh)
        if not bytecode.compile_folder(target, fresh / "python", shown_as=_IN_THE_CLOUD):
            print(f"layer {name}: {_UNCOMPILED.format(target.python_version)}")
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)
        stamp.write_text(digest, "utf-8")
    return folder


def _lock_digest(target: Target, locks: tuple[str, ...], builders: tuple[str, ...]) -> str:
    return _digest(target, [packages.LOCKS / lock for lock in locks] + [_SOURCES / name for name in builders])


def _tree_digest(target: Target, *folders: Path) -> str:
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    return _digest(target, [path for path in files if path.suffix != ".pyc"])


def _digest(target: Target, files: list[Path]) -> str:
    content = hashlib.sha256(f"{target.python_version} {target.platform} {target.interpreter}".encode())
    for path in files:
        content.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return content.hexdigest()
