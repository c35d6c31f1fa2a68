"""How a key of the service is written in a setting. There are no defaults: without their keys functions don't start."""

import base64
import json
import string
from dataclasses import dataclass, field
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


def key(name: str, encoded: object) -> bytes:
    """:raises SettingsError: not the base64 of 32 random bytes; names the setting, never its value"""
    try:
        read = base64.b64decode(str(encoded), validate=True)
    except ValueError:
        raise env.SettingsError(f"{name} must hold base64") from None
    values = set(read)
    if len(read) != _KEY_BYTES or len(values) < _LEAST_VALUES or values <= _TYPED_BY_HAND:
        raise env.SettingsError(f"{name} must hold {_KEY_BYTES} random bytes")
    return read


def named_keys(name: str, value: str) -> NamedKeys:
    """Read ``{"active": "id", "keys": {"id": "<base64 of 32 bytes>"}}``, the value of the setting ``name``.

    :raises SettingsError: anything else, or a weak key
    """
    try:
        ring = json.loads(value)
        active, encoded = ring["active"], ring["keys"]
        keys = {str(key_id): key(name, each) for key_id, each in encoded.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise env.SettingsError(f'{name} must be {{"active": id, "keys": {{id: base64}}}}') from None
    if not isinstance(active, str) or active not in keys:
        raise env.SettingsError(f"{name} names an active key that it does not hold")
    return NamedKeys(active, keys)
