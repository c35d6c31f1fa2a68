"""Somebody with a stolen dump of the database, the source code and time, but without the keys.

He reads what stands there in the open, in whatever encoding; and he hashes every phone, address and INN that can exist
in a range, in every usual way and with the keys that people choose, and looks for the digests.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Iterable, Iterator
from typing import Final

from sqlalchemy import Connection, text

from shared.security.pii import BlindIndex

_HASHES: Final = ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b")
#: what is put where a key should be
_GUESSED_KEYS: Final = (
    b"", b"0", b"key", b"secret", b"password", b"changeme", b"housler", b"test", b"phone", b"email", b"inn",
    bytes(32), b"0" * 32, b"housler-secret-key", b"HOUSLER_INDEX_KEYS",
    *(hashlib.sha256(word).digest() for word in (b"", b"secret", b"housler")),
)  # fmt: skip
_FIELDS: Final = ("phone", "email", "inn")
#: a shorter piece of a digest would be found by chance
_PIECE_BYTES: Final = 8
_HEX: Final = re.compile(r"(?:[0-9a-f]{2}){8,}", re.IGNORECASE)
_BASE64: Final = re.compile(r"[A-Za-z0-9+/_-]{11,}={0,2}")
_PHONE_OR_INN: Final = re.compile(r"\+?\d{10,12}")
_EMAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


def dump(connection: Connection) -> str:
    """Every row of every table as text; bytes are hexadecimal, as in a file of pg_dump."""
    tables = connection.execute(
        text("SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    ).scalars()
    return "\n".join(
        f"-- {table}\n" + "\n".join(connection.execute(text(f"SELECT t::text FROM {table} t")).scalars())  # noqa: S608 -- names from the catalogue
        for table in list(tables)
    )


def recovered(stolen: str, candidates: Iterable[str]) -> set[str]:
    """Which of the candidates the dump betrays."""
    candidates = set(candidates)
    binary = list(_decoded(stolen))
    pieces = {blob[at : at + _PIECE_BYTES] for blob in binary for at in range(len(blob) - _PIECE_BYTES + 1)}
    hashed = {
        candidate
        for candidate in candidates
        if any(digest[:_PIECE_BYTES] in pieces for digest in _digests(candidate))
    }
    return hashed | _in_the_open(stolen, binary, candidates)


def _decoded(stolen: str) -> Iterator[bytes]:
    """What hexadecimal and base64 words of the dump stand for, and what such words within them stand for."""
    for found in _HEX.finditer(stolen):
        blob = bytes.fromhex(found[0])
        yield blob
        yield from _from_base64(blob.decode("latin-1"))
    yield from _from_base64(stolen)


def _from_base64(words: str) -> Iterator[bytes]:
    for found in _BASE64.finditer(words):
        word = found[0].rstrip("=").replace("-", "+").replace("_", "/")
        try:
            yield base64.b64decode(word + "=" * (-len(word) % 4))
        except binascii.Error:
            continue


def _digests(candidate: str) -> Iterator[bytes]:
    for written in {candidate, candidate.removeprefix("+"), candidate.upper()}:
        value = written.encode()
        for name in _HASHES:
            yield hashlib.new(name, value, usedforsecurity=False).digest()
        for key in _GUESSED_KEYS:
            yield hmac.digest(key, value, "sha256")
            yield hmac.digest(key, value, "sha1")
            yield hashlib.sha256(key + value).digest()
            for field in _FIELDS:
                yield BlindIndex(key).of(field, written)


def _in_the_open(stolen: str, binary: list[bytes], candidates: set[str]) -> set[str]:
    texts = [stolen]
    for blob in binary:
        texts.append(blob.decode("latin-1"))
        texts.append(blob.decode("utf-16-le", "ignore"))
    seen: set[str] = set()
    for each in texts:
        seen.update(_EMAIL.findall(each.lower()))
        for number in _PHONE_OR_INN.findall(each):
            seen.update((number, f"+{number.removeprefix('+')}", f"+7{number[-10:]}"))
    return seen & candidates
