"""The bank's signature, made and checked here by its own paper and not by the product's code."""

import hashlib
import hmac
from collections.abc import Mapping, Sequence


def token_of(fields: Mapping[str, object], password: str) -> str:
    """SHA-256 over the values of the root's plain fields and the password, in the order of their names."""
    plain = {
        name: value
        for name, value in fields.items()
        if name != "Token" and value is not None and not isinstance(value, dict | list)
    }
    plain["Password"] = password
    joined = "".join(_written(plain[name]) for name in sorted(plain))
    return hashlib.sha256(joined.encode()).hexdigest()


def is_signed(fields: Mapping[str, object], passwords: Sequence[str]) -> bool:
    given = fields.get("Token")
    return isinstance(given, str) and any(
        hmac.compare_digest(token_of(fields, password), given.lower()) for password in passwords
    )


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
