from collections.abc import Callable

import pytest

from shared.config import web
from shared.config.environment import SettingsError

Put = Callable[..., None]
PUBLIC = "https://lk.housler.test"


class TestThePublicAddress:
    def test_is_https_in_production(self, put: Put) -> None:
        put(HOUSLER_STAGE="production", HOUSLER_PUBLIC_URL="http://lk.housler.test")

        with pytest.raises(SettingsError, match="HOUSLER_PUBLIC_URL") as caught:
            web.load()

        assert "lk.housler" not in str(caught.value)

    def test_has_no_slash_at_its_end(self, put: Put) -> None:
        put(HOUSLER_PUBLIC_URL=PUBLIC + "/")

        assert web.load().public_url == PUBLIC


class TestForeignOrigins:
    def test_are_none_by_default(self, put: Put) -> None:
        put(HOUSLER_STAGE="production", HOUSLER_PUBLIC_URL=PUBLIC, HOUSLER_CORS_ORIGINS=None)

        assert web.load().cors_origins == ()

    def test_are_listed(self, put: Put) -> None:
        put(HOUSLER_STAGE="production", HOUSLER_CORS_ORIGINS="https://a.example, https://b.example:8443,")

        assert web.load().cors_origins == ("https://a.example", "https://b.example:8443")

    @pytest.mark.parametrize(
        "origin",
        ["https://localhost", "https://localhost:3000", "https://x.localhost", "https://127.0.0.1", "https://127.9.9.9:1",
         "https://0.0.0.0", "https://[::1]:3000", "http://a.example", "http://localhost:3000"],
    )  # fmt: skip
    def test_name_neither_this_machine_nor_plain_http_in_production(self, put: Put, origin: str) -> None:
        put(HOUSLER_STAGE="production", HOUSLER_CORS_ORIGINS=f"https://good.example,{origin}")

        with pytest.raises(SettingsError, match=r"^HOUSLER_CORS_ORIGINS must") as caught:
            web.load()

        assert origin not in str(caught.value)

    @pytest.mark.parametrize("origin", ["http://localhost:3000", "http://127.0.0.1:8000", "http://[::1]:1"])
    def test_may_name_this_machine_while_developing(self, put: Put, origin: str) -> None:
        put(HOUSLER_STAGE="local", HOUSLER_CORS_ORIGINS=origin)

        assert web.load().cors_origins == (origin,)

    @pytest.mark.parametrize("origin", ["*", "null", "https://a.example/", "a.example", "https://*.a.example", "https://A.example"])  # fmt: skip
    def test_are_origins_as_browsers_write_them(self, put: Put, origin: str) -> None:
        put(HOUSLER_STAGE="local", HOUSLER_CORS_ORIGINS=origin)

        with pytest.raises(SettingsError, match=r"^HOUSLER_CORS_ORIGINS must hold origins"):
            web.load()


class TestTheBodyLimit:
    def test_is_64_kib_by_default_and_never_boundless(self, put: Put) -> None:
        put(HOUSLER_BODY_LIMIT_BYTES=None)
        assert web.load().body_limit_bytes == 65_536

        put(HOUSLER_BODY_LIMIT_BYTES="99999999")
        with pytest.raises(SettingsError, match="HOUSLER_BODY_LIMIT_BYTES"):
            web.load()
