"""Keys of the service. There are no defaults: without them nothing starts."""

import base64
import json
import string
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from shared.config import environment as env

_KEY_BYTES: Final = 32
#: 32 random bytes have more different values than this, and some that no keyboard types
_LEAST_VALUES: Final = 16
_TYPED_BY_HAND: Final = frozenset(string.printable.encode())


@dataclass(frozen=True, slots=True)
class NamedKeys:
    """The active key makes new things, every key still reads old ones (rotation overlaps)."""

    active: str
    keys: dict[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonalDataKeys:
    ring: NamedKeys
    index_key: bytes = field(repr=False)


def _key(name: str, encoded: object) -> bytes:
    try:
        key = base64.b64decode(str(encoded), validate=True)
    except ValueError:
        raise env.SettingsError(f"{name} must hold base64") from None
    values = set(key)
    if len(key) != _KEY_BYTES or len(values) < _LEAST_VALUES or values <= _TYPED_BY_HAND:
        raise env.SettingsError(f"{name} must hold {_KEY_BYTES} random bytes")
    return key


def _named_keys(name: str) -> NamedKeys:
    """Read ``{"active": "id", "keys": {"id": "<base64 of 32 bytes>"}}``."""
    try:
        value = json.loads(env.text(name))
        active, encoded = value["active"], value["keys"]
        keys = {str(key_id): _key(name, key) for key_id, key in encoded.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise env.SettingsError(f'{name} must be {{"active": id, "keys": {{id: base64}}}}') from None
    if not isinstance(active, str) or active not in keys:
        raise env.SettingsError(f"{name} names an active key that it does not hold")
    return NamedKeys(active, keys)


@cache
def personal_data_keys() -> PersonalDataKeys:
    return PersonalDataKeys(
        ring=_named_keys("HOUSLER_KEY_RING"),
        index_key=_key("HOUSLER_INDEX_KEY", env.text("HOUSLER_INDEX_KEY")),
    )


@cache
def token_keys() -> NamedKeys:
    return _named_keys("HOUSLER_TOKEN_KEYS")


@cache
def code_key() -> bytes:
    """Keys the stored form of one-time codes and opaque tokens."""
    return _key("HOUSLER_CODE_KEY", env.text("HOUSLER_CODE_KEY"))
