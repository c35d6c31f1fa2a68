from collections.abc import Callable

import pytest

from shared.config import auth
from shared.config.environment import SettingsError

Put = Callable[..., None]
NAMES = (
    "HOUSLER_ACCESS_TOKEN_SECONDS", "HOUSLER_SESSION_SECONDS", "HOUSLER_TOKEN_ISSUER", "HOUSLER_BCRYPT_COST",
    "HOUSLER_CODE_SECONDS", "HOUSLER_CODE_RESEND_SECONDS", "HOUSLER_CODES_PER_DAY",
)  # fmt: skip


class TestSigningIn:
    def test_has_the_products_defaults(self, put: Put) -> None:
        put(HOUSLER_STAGE="production", **dict.fromkeys(NAMES))

        assert auth.load() == auth.AuthSettings(
            access_token_seconds=15 * 60,
            session_seconds=7 * 24 * 60 * 60,
            issuer="housler",
            bcrypt_cost=12,
            code_seconds=5 * 60,
            code_tries=5,
            resend_seconds=60,
            codes_per_address_per_day=20,
        )

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("HOUSLER_BCRYPT_COST", "4"),
            ("HOUSLER_CODE_RESEND_SECONDS", "0"),
            ("HOUSLER_ACCESS_TOKEN_SECONDS", "86400"),
            ("HOUSLER_SESSION_SECONDS", "99999999"),
            ("HOUSLER_CODE_SECONDS", "3600"),
        ],
    )
    def test_is_not_weakened_in_production(self, put: Put, name: str, value: str) -> None:
        put(HOUSLER_STAGE="production", **{**dict.fromkeys(NAMES), name: value})

        with pytest.raises(SettingsError, match=rf"^{name} must lie between"):
            auth.load()

    def test_is_quick_in_tests(self, put: Put) -> None:
        put(HOUSLER_STAGE="test", HOUSLER_BCRYPT_COST="4", HOUSLER_CODE_RESEND_SECONDS="0")

        assert (auth.load().bcrypt_cost, auth.load().resend_seconds) == (4, 0)
