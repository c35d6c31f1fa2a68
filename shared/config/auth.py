from functools import cache
from typing import NamedTuple

from shared.config import environment as env


class AuthSettings(NamedTuple):
    access_token_seconds: int
    session_seconds: int
    issuer: str
    bcrypt_cost: int
    code_seconds: int
    code_tries: int
    resend_seconds: int
    codes_per_address_per_day: int


@cache
def load() -> AuthSettings:
    return AuthSettings(
        access_token_seconds=env.integer("HOUSLER_ACCESS_TOKEN_SECONDS", 900, low=60, high=3_600),
        session_seconds=env.integer("HOUSLER_SESSION_SECONDS", 7 * 86_400, low=3_600, high=30 * 86_400),
        issuer=env.text("HOUSLER_TOKEN_ISSUER", "housler"),
        bcrypt_cost=env.integer("HOUSLER_BCRYPT_COST", 12, low=10 if env.is_production() else 4, high=15),
        code_seconds=env.integer("HOUSLER_CODE_SECONDS", 300, low=60, high=600),
        code_tries=5,
        resend_seconds=env.integer("HOUSLER_CODE_RESEND_SECONDS", 60, low=30 if env.is_production() else 0),
        codes_per_address_per_day=env.integer("HOUSLER_CODES_PER_DAY", 20, low=1, high=10_000),
    )
