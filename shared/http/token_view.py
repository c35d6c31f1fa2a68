"""What every door answers with."""

from typing import Any, Final, Literal

from pydantic import ConfigDict

from shared.auth.sessions import TokenPair
from shared.http.inputs import ViewModel

_EXAMPLE: Final[dict[str, Any]] = {
    "access_token": "eyJhbGciOiJIUzI1NiIsImtpZCI6ImsxIn0.eyJzdWIiOiIwMTkzYTVjMiJ9.c2lnbmF0dXJl",
    "refresh_token": "Zm9yLWV4YW1wbGUtb25seS1uby10b2tlbi1hdC1hbGw",
    "token_type": "bearer",
    "expires_in": 900,
}


class TokenView(ViewModel):
    """``expires_in``: seconds that the access token lives; the refresh token is used once."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    access_token: str
    refresh_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105 -- a kind of token, no secret
    expires_in: int

    @classmethod
    def of(cls, pair: TokenPair) -> "TokenView":
        return cls(
            access_token=pair.access_token, refresh_token=pair.refresh_token, expires_in=pair.expires_in
        )
