"""The system libraries and fonts of the layer ``pdf``, from Debian's packages.

Debian 12's libraries ask for GLIBC 2.34 at most, but for libexpat: it takes ``arc4random_buf`` (2.36) to salt its
hashes. ``getentropy`` (2.25) has the same arguments, so the layer's copy takes that instead.
"""

import shutil
import subprocess
from pathlib import Path
from typing import Final

from infra.layers import elf
from infra.layers.target import BuildError

#: Debian 12 package -> what of it the layer carries. WeasyPrint loads the first six, they load the rest.
PACKAGES: Final = {
    "libpango-1.0-0": "libpango-1.0.so.0",
    "libpangoft2-1.0-0": "libpangoft2-1.0.so.0",
    "libharfbuzz0b": "libharfbuzz.so.0",
    "libharfbuzz-subset0": "libharfbuzz-subset.so.0",
    "libfontconfig1": "libfontconfig.so.1",
    "libfreetype6": "libfreetype.so.6",
    "libglib2.0-0": "libg*-2.0.so.0",
    "libfribidi0": "libfribidi.so.0",
    "libthai0": "libthai.so.0",
    "libdatrie1": "libdatrie.so.1",
    "libgraphite2-3": "libgraphite2.so.3",
    "libpcre2-8-0": "libpcre2-8.so.0",
    "libffi8": "libffi.so.8",
    "libexpat1": "libexpat.so.1",
    "libpng16-16": "libpng16.so.16",
    "libbrotli1": "libbrotli*.so.1",
    "libmount1": "libmount.so.1",
    "libblkid1": "libblkid.so.1",
    "libselinux1": "libselinux.so.1",
    "zlib1g": "libz.so.1",
}
_FONTS: Final = "fonts-paratype"
_TIMEOUT_SECONDS: Final = 300


def add(folder: Path) -> None:
    """Fill ``lib/``, ``fonts/`` and ``licences/`` of the layer.

    :raises BuildError: not on Debian 12, or its packages can't be reached
    """
    for tool in ("apt-get", "dpkg", "dpkg-deb"):
        if shutil.which(tool) is None:
            raise BuildError(f"{tool} is needed: the layer pdf takes its libraries from Debian 12's packages")
    unpacked = folder / "unpacked"
    for package in (*PACKAGES, _FONTS):
        _unpack(package, unpacked / package)
    libraries = folder / "lib"
    libraries.mkdir()
    for package, pattern in PACKAGES.items():
        found = sorted((unpacked / package).rglob(pattern))
        if not found:
            raise BuildError(f"{package} has no {pattern}: the layer pdf is built from Debian 12's packages")
        for path in found:
            shutil.copyfile(path.resolve(), libraries / path.name)
    elf.ask_older_glibc(
        libraries / "libexpat.so.1",
        symbol="arc4random_buf",
        wanted="GLIBC_2.36",
        substitute="getentropy",
        older="GLIBC_2.25",
    )
    fonts = folder / "fonts" / "paratype"
    fonts.mkdir(parents=True)
    for path in sorted((unpacked / _FONTS).rglob("PT[FSM]*.ttf")):
        shutil.copyfile(path, fonts / path.name)
    _add_licences(folder, unpacked)
    shutil.rmtree(unpacked)


def _add_licences(folder: Path, unpacked: Path) -> None:
    licences = folder / "licences"
    licences.mkdir()
    for package in (*PACKAGES, _FONTS):
        text = unpacked / package / "usr/share/doc" / package / "copyright"
        if text.is_file():  # some are links to another package's
            shutil.copyfile(text, licences / package)


def _unpack(package: str, into: Path) -> None:
    """From this machine's own copy of the package if it is installed, else downloaded."""
    into.mkdir(parents=True)
    listed = subprocess.run(
        ["dpkg", "-L", package], capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
    )
    if listed.returncode == 0:
        for path in map(Path, listed.stdout.split("\n")):
            if path.is_file():
                copy = into / path.relative_to("/")
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(path, copy)
        return
    _run(["apt-get", "download", "-q", package], into)
    (archive,) = into.glob("*.deb")
    _run(["dpkg-deb", "-x", archive.name, "."], into)
    archive.unlink()


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False, timeout=_TIMEOUT_SECONDS
    )
    if done.returncode:
        raise BuildError(f"{' '.join(command)}: {done.stderr.strip()} (has apt-get update been run?)")
