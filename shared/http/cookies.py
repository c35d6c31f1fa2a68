"""The cabinets' mode: tokens live in cookies that no script reads, and a second token stops forged requests.

A sign-in with ``X-Session-Mode: cookie`` answers with three cookies. The access token goes along with every request to
this host, the refresh token only with a refresh. A browser sends both also when another site makes it ask, so what
changes something must repeat the third, readable cookie in ``X-CSRF-Token``: its value is a keyed hash of the session,
which another site can neither read nor make.
"""

import hashlib
import hmac
from http.cookies import CookieError, SimpleCookie
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from shared.config import secrets, web
from shared.http.edge import PREFIX, RawRequest
from shared.kernel.errors import Forbidden

CSRF_HEADER: Final = "x-csrf-token"
ACCESS: Final = "__Host-housler-access"
REFRESH: Final = "__Secure-housler-refresh"
CSRF: Final = "__Host-housler-csrf"
_REFRESH_PATH: Final = f"{PREFIX}/auth/refresh"


class RequestForged(Forbidden):
    """A cookie came without the token that only our own pages know, or from another site."""

    code = "csrf_refused"

    def __init__(self) -> None:
        super().__init__("Запрос не подтверждён. Обновите страницу и повторите.")


def csrf_token(session_id: UUID) -> str:
    return hmac.digest(secrets.code_key(), f"csrf\x1f{session_id}".encode(), hashlib.sha256).hex()


def value_of(request: RawRequest, name: str) -> str | None:
    header = request.headers.get("cookie")
    if not header:
        return None
    try:
        found = SimpleCookie(header).get(name)
    except CookieError:
        return None
    return found.value if found is not None else None


def require_own_origin(request: RawRequest) -> None:
    """:raises RequestForged: the browser says that another site asks"""
    origin = request.headers.get("origin")
    allowed = {_origin(web.load().public_url), *web.load().cors_origins}
    if origin is not None and origin not in allowed:
        raise RequestForged


def require_csrf_token(request: RawRequest, session_id: UUID) -> None:
    """:raises RequestForged: no token, or another session's"""
    require_own_origin(request)
    given = request.headers.get(CSRF_HEADER, "")
    if not hmac.compare_digest(given.encode(), csrf_token(session_id).encode()):
        raise RequestForged


def granted(
    access_token: str, refresh_token: str, csrf: str, *, access_seconds: int, session_seconds: int
) -> list[str]:
    """Values of ``Set-Cookie`` for a session that was opened or refreshed."""
    return [
        f"{ACCESS}={access_token}; Path=/; Max-Age={access_seconds}; Secure; HttpOnly; SameSite=Lax",
        f"{REFRESH}={refresh_token}; Path={_REFRESH_PATH}; Max-Age={session_seconds}; Secure; HttpOnly; SameSite=Strict",
        f"{CSRF}={csrf}; Path=/; Max-Age={session_seconds}; Secure; SameSite=Lax",
    ]


def cleared() -> list[str]:
    """Values of ``Set-Cookie`` that end the cookies."""
    return [
        f"{name}=; Path={path}; Max-Age=0; Secure; SameSite=Lax"
        for name, path in ((ACCESS, "/"), (REFRESH, _REFRESH_PATH), (CSRF, "/"))
    ]


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
