"""The texts that people accept, as files: ``templates/agreements/<name>/v<version>.txt``.

A version that somebody accepted never changes: a new text is a new file.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from shared.config import environment as env

_VERSION: Final = re.compile(r"v([1-9][0-9]*)\.txt")


class AgreementDocument(NamedTuple):
    """``version`` reads "1"; ``sha256`` is the digest of the file's bytes (UTF-8)."""

    version: str
    text: str
    sha256: bytes


@cache
def newest(name: str) -> AgreementDocument:
    """The version in force of "pep" or "consents/<kind>".

    :raises SettingsError: the folder holds no version (``HOUSLER_TEMPLATES_DIR`` points elsewhere)
    """
    folder = _templates() / "agreements" / name
    versions = [found for file in folder.glob("v*.txt") if (found := _VERSION.fullmatch(file.name))]
    if not versions:
        raise env.SettingsError(f"HOUSLER_TEMPLATES_DIR must hold agreements/{name}/v1.txt")
    version = max(int(found[1]) for found in versions)
    raw = (folder / f"v{version}.txt").read_bytes()
    return AgreementDocument(str(version), raw.decode(), hashlib.sha256(raw).digest())


def _templates() -> Path:
    given = env.optional("HOUSLER_TEMPLATES_DIR")
    return Path(given) if given else Path(__file__).parents[2] / "templates"
