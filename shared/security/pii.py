"""Personal data at rest: AES-256-GCM under a key per owner, wrapped by a key ring; keyed blind indexes.

A sealed value is bound to its table, column and row: moved elsewhere, it doesn't open. Sealing is explicit,
since a column type sees neither the row nor the person.
"""

import hashlib
import hmac
import os
from typing import NamedTuple
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
_NONCE_BYTES = 12
_TAG_BYTES = 16
_VERSION = b"\x01"


class SealBroken(Exception):
    """A value doesn't open with this key at this place: moved, altered, or another person's."""


class Sealed:
    """Opaque: what a ``SealedColumn`` takes and gives. Made by ``DataKey.seal`` or read from the database."""

    __slots__ = ("raw",)

    def __init__(self, raw: bytes) -> None:
        self.raw = raw

    def __repr__(self) -> str:
        return "Sealed(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.raw == self.raw

    def __hash__(self) -> int:
        return hash(self.raw)


class Place(NamedTuple):
    """Where a sealed value lives; part of what is authenticated."""

    table: str
    column: str
    row: UUID

    def additional_data(self) -> bytes:
        return f"{self.table}\x1f{self.column}\x1f{self.row}".encode()


class WrappedKey(NamedTuple):
    ring_key_id: str
    wrapped: bytes


class DataKey:
    """The plain key of one owner, in memory only."""

    __slots__ = ("_cipher", "owner_id")

    def __init__(self, owner_id: UUID, key: bytes) -> None:
        self.owner_id = owner_id
        self._cipher = AESGCM(key)

    def seal(self, place: Place, text: str) -> Sealed:
        nonce = os.urandom(_NONCE_BYTES)
        return Sealed(_VERSION + nonce + self._cipher.encrypt(nonce, text.encode(), place.additional_data()))

    def open(self, place: Place, sealed: Sealed) -> str:
        """:raises SealBroken: wrong key or place, or altered bytes"""
        return _open(self._cipher, sealed.raw, place.additional_data()).decode()


class KeyRing:
    """The keys that wrap owners' keys: the active one wraps, every one unwraps."""

    __slots__ = ("_ciphers", "active")

    def __init__(self, active: str, keys: dict[str, bytes]) -> None:
        self.active = active
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    def new_key(self, owner_id: UUID) -> tuple[DataKey, WrappedKey]:
        key = os.urandom(KEY_BYTES)
        return DataKey(owner_id, key), self._wrapped(owner_id, key)

    def unwrap(self, owner_id: UUID, wrapped: WrappedKey) -> DataKey:
        """:raises SealBroken: not this owner's key, or the ring lost the key that wrapped it"""
        return DataKey(owner_id, self._plain(owner_id, wrapped))

    def rewrap(self, owner_id: UUID, wrapped: WrappedKey) -> WrappedKey:
        """The same key of the owner under the active key; :raises SealBroken: as ``unwrap``"""
        return self._wrapped(owner_id, self._plain(owner_id, wrapped))

    def _wrapped(self, owner_id: UUID, key: bytes) -> WrappedKey:
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._ciphers[self.active].encrypt(nonce, key, owner_id.bytes)
        return WrappedKey(self.active, _VERSION + nonce + sealed)

    def _plain(self, owner_id: UUID, wrapped: WrappedKey) -> bytes:
        cipher = self._ciphers.get(wrapped.ring_key_id)
        if cipher is None:
            raise SealBroken(f"the ring has no key {wrapped.ring_key_id}")
        return _open(cipher, wrapped.wrapped, owner_id.bytes)


def _open(cipher: AESGCM, raw: bytes, additional_data: bytes) -> bytes:
    if raw[:1] != _VERSION or len(raw) < 1 + _NONCE_BYTES + _TAG_BYTES:
        raise SealBroken("unknown format of a sealed value")
    try:
        return cipher.decrypt(raw[1 : 1 + _NONCE_BYTES], raw[1 + _NONCE_BYTES :], additional_data)
    except InvalidTag:
        raise SealBroken("a sealed value does not open here") from None


class BlindIndex:
    """Finds a sealed value by equality: HMAC-SHA-256 under a key per field.

    Not a plain hash: every Russian mobile number can be hashed in minutes.
    """

    __slots__ = ("_master",)

    def __init__(self, master: bytes) -> None:
        self._master = master

    def of(self, field: str, value: str) -> bytes:
        """32 bytes for a normalised ``value`` of ``field`` ("phone", "email", "inn", "passport")."""
        field_key = hmac.digest(self._master, b"housler/blind-index/" + field.encode(), hashlib.sha256)
        return hmac.digest(field_key, value.encode(), hashlib.sha256)
