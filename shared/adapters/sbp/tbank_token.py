"""T-Bank's signature (developer.tbank.ru, eacq: «Токен»); the standard library only, for the webhook function."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence

TOKEN = "Token"  # noqa: S105 -- the field's name


def token_of(fields: Mapping[str, object], password: str) -> str:
    """SHA-256, lower hex, over the values of the root's plain fields and the password in the order of their names."""
    plain = {
        name: value
        for name, value in fields.items()
        if name != TOKEN and value is not None and not isinstance(value, Mapping | list)
    }
    plain["Password"] = password
    return hashlib.sha256("".join(_written(plain[name]) for name in sorted(plain)).encode()).hexdigest()


def is_signed(fields: Mapping[str, object], passwords: Sequence[str]) -> bool:
    """Whether one of the passwords made the token of these fields; all are tried, in constant time each."""
    given = fields.get(TOKEN)
    if not isinstance(given, str):
        return False
    found = [
        hmac.compare_digest(token_of(fields, password).encode(), given.lower().encode())
        for password in passwords
    ]
    return any(found)


def as_received(body: bytes) -> Mapping[str, object]:
    """The fields of a message with its numbers as they are written: the token is made of their digits.

    :raises ValueError: not a JSON object; the text holds nothing of it
    """
    try:
        fields = json.loads(body, parse_int=str, parse_float=str)
    except (ValueError, RecursionError):
        raise ValueError("not JSON") from None
    if not isinstance(fields, dict):
        raise ValueError("not an object")  # noqa: TRY004 -- a malformed message, not a wrong call
    return fields


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
