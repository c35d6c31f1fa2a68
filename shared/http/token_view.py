"""What every door answers with: tokens, or, for the cabinets, cookies that hold them."""

from typing import Any, Final, Literal

from pydantic import ConfigDict, RootModel

from shared.auth.sessions import TokenPair
from shared.config import auth
from shared.http import cookies
from shared.http.edge import RequestFacts
from shared.http.inputs import ViewModel
from shared.http.reply import Reply

_EXAMPLE: Final[dict[str, Any]] = {
    "access_token": "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIwMTkzYTVjMiJ9.c2lnbmF0dXJl",
    "refresh_token": "Zm9yLWV4YW1wbGUtb25seS1uby10b2tlbi1hdC1hbGw",
    "token_type": "bearer",
    "expires_in": 900,
}


class TokenView(ViewModel):
    """``expires_in``: seconds that the access token lives; the refresh token is used once."""

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- a kind of token, no secret
    expires_in: int


class CookieView(ViewModel):
    """The tokens are in cookies; ``csrf_token`` goes into ``X-CSRF-Token`` of whatever changes something."""

    token_type: Literal["cookie"] = "cookie"  # noqa: S105 -- a kind of token, no secret
    csrf_token: str
    expires_in: int


class SignedInView(RootModel[TokenView | CookieView]):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})


def signed_in(pair: TokenPair, facts: RequestFacts) -> Reply:
    """The answer in the mode that the sign-in asked for (``X-Session-Mode``)."""
    if not facts.wants_cookies:
        tokens = TokenView(
            access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in
        )
        return Reply(SignedInView(tokens))
    csrf = cookies.csrf_token(pair.session_id)
    values = cookies.granted(
        pair.access_token,
        pair.refresh_token,
        csrf,
        access_seconds=pair.expires_in,
        session_seconds=auth.load().session_seconds,
    )
    view = CookieView(csrf_token=csrf, expires_in=pair.expires_in)
    return Reply(SignedInView(view), headers={"Set-Cookie": values})
