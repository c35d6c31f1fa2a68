"""Keys of the service. There are no defaults: without them nothing starts."""

import base64
import binascii
import json
from dataclasses import dataclass
from functools import cache

from shared.config import environment as env

_KEY_BYTES = 32


@dataclass(frozen=True, slots=True)
class NamedKeys:
    """The active key makes new things, every key still reads old ones (rotation overlaps)."""

    active: str
    keys: dict[str, bytes]


@dataclass(frozen=True, slots=True)
class PersonalDataKeys:
    ring: NamedKeys
    index_key: bytes


def _key(name: str, encoded: object) -> bytes:
    try:
        key = base64.b64decode(str(encoded), validate=True)
    except binascii.Error:
        raise env.SettingsError(f"{name} must hold base64") from None
    if len(key) != _KEY_BYTES or len(set(key)) == 1:
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
    if active not in keys:
        raise env.SettingsError(f"{name} names an active key that it does not hold")
    return NamedKeys(str(active), keys)


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
