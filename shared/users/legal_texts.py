"""The texts that people accept, as files: ``templates/agreements/<name>/v<version>.txt``.

A version that somebody accepted never changes: a new text is a new file.
"""

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from shared.config import environment as env
from shared.users.consent_errors import LegalTextNotFound
from shared.users.consent_kinds import ConsentKind

#: as people ask for them, and where they lie
FOLDERS: Final = {"pep": "pep"} | {kind.value: f"consents/{kind}" for kind in ConsentKind}

_VERSION: Final = re.compile(r"v([1-9][0-9]*)\.txt")


class AgreementDocument(NamedTuple):
    """``version`` reads "1"; ``sha256`` is the digest of the file's bytes (UTF-8)."""

    version: str
    text: str
    sha256: bytes

    @property
    def title(self) -> str:
        return self.text.partition("\n")[0]


@cache
def newest(folder: str) -> AgreementDocument:
    """The version in force of "pep" or "consents/<kind>".

    :raises SettingsError: the folder holds no version (``HOUSLER_TEMPLATES_DIR`` points elsewhere)
    """
    versions = _versions(folder)
    if not versions:
        raise env.SettingsError(f"HOUSLER_TEMPLATES_DIR must hold agreements/{folder}/v1.txt")
    return _read(versions[max(versions)], max(versions))


def read(name: str, version: int | None) -> AgreementDocument:
    """One text as people ask for it, in the named version or else the one in force.

    :raises LegalTextNotFound: no such text, or it never had that version
    """
    folder = FOLDERS.get(name)
    if folder is None:
        raise LegalTextNotFound
    if version is None:
        return newest(folder)
    file = _versions(folder).get(version)
    if file is None:
        raise LegalTextNotFound
    return _read(file, version)


def in_force() -> Iterator[tuple[str, AgreementDocument]]:
    """Every text by the name that people ask for it by."""
    return ((name, newest(folder)) for name, folder in FOLDERS.items())


def _read(file: Path, version: int) -> AgreementDocument:
    raw = file.read_bytes()
    return AgreementDocument(str(version), raw.decode(), hashlib.sha256(raw).digest())


def _versions(folder: str) -> dict[int, Path]:
    files = (_templates() / "agreements" / folder).glob("v*.txt")
    return {int(found[1]): file for file in files if (found := _VERSION.fullmatch(file.name))}


def _templates() -> Path:
    given = env.optional("HOUSLER_TEMPLATES_DIR")
    return Path(given) if given else Path(__file__).parents[2] / "templates"
