"""Access tokens: JWT, HS256 pinned, key id for rotation. A refresh token is never one."""

from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID, uuid4

import jwt

from shared.config.keys import NamedKeys

_ALGORITHM = "HS256"
_AUDIENCE = "housler-api"
_TYPE = "access"


class TokenRefused(Exception):
    """Forged, expired, or not an access token."""


class AccessClaims(NamedTuple):
    user_id: UUID
    session_id: UUID
    role: str


def issue(claims: AccessClaims, *, keys: NamedKeys, issuer: str, lifetime: timedelta, now: datetime) -> str:
    payload = {
        "sub": str(claims.user_id),
        "sid": str(claims.session_id),
        "role": claims.role,
        "typ": _TYPE,
        "iss": issuer,
        "aud": _AUDIENCE,
        "iat": now,
        "exp": now + lifetime,
        "jti": str(uuid4()),
    }
    return jwt.encode(payload, keys.keys[keys.active], algorithm=_ALGORITHM, headers={"kid": keys.active})


def read(token: str, *, keys: NamedKeys, issuer: str, now: datetime) -> AccessClaims:
    """:raises TokenRefused: whatever is wrong with it"""
    try:
        key = keys.keys[jwt.get_unverified_header(token)["kid"]]
        # The clock is passed in, so the library's own reading of it is off.
        payload = jwt.decode(
            token,
            key,
            algorithms=[_ALGORITHM],
            audience=_AUDIENCE,
            issuer=issuer,
            options={"verify_exp": False, "verify_iat": False, "require": ["exp", "sub", "sid", "role"]},
        )
        if payload["typ"] != _TYPE or payload["exp"] <= now.timestamp():
            raise TokenRefused
        return AccessClaims(UUID(payload["sub"]), UUID(payload["sid"]), str(payload["role"]))
    except (jwt.InvalidTokenError, KeyError, ValueError, TypeError, RecursionError) as error:
        raise TokenRefused from error
