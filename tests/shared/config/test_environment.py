from collections.abc import Callable

import pytest

from shared.config import environment as env
from shared.config.environment import SettingsError, Stage

Put = Callable[..., None]
SECRET = "not-to-be-shown"


class TestAText:
    @pytest.mark.parametrize("value", [None, "", "   "])
    def test_must_be_set(self, put: Put, value: str | None) -> None:
        put(HOUSLER_X=value)

        with pytest.raises(SettingsError, match=r"^set HOUSLER_X$"):
            env.text("HOUSLER_X")

    def test_has_its_default(self, put: Put) -> None:
        put(HOUSLER_X=None)

        assert env.text("HOUSLER_X", "fallback") == "fallback"

    def test_may_be_missing_where_it_is_optional(self, put: Put) -> None:
        put(HOUSLER_X="")

        assert env.optional("HOUSLER_X") is None


class TestANumber:
    @pytest.mark.parametrize("value", [SECRET, "1.5", "0x10", "9", "21", "-10"])
    def test_is_whole_and_bounded(self, put: Put, value: str) -> None:
        put(HOUSLER_X=value)

        with pytest.raises(SettingsError, match=r"^HOUSLER_X must") as caught:
            env.integer("HOUSLER_X", low=10, high=20)

        assert SECRET not in str(caught.value)

    @pytest.mark.parametrize(("value", "number"), [("10", 10), ("20", 20), (None, 15)])
    def test_is_read(self, put: Put, value: str | None, number: int) -> None:
        put(HOUSLER_X=value)

        assert env.integer("HOUSLER_X", 15, low=10, high=20) == number


class TestAFlag:
    @pytest.mark.parametrize(("value", "set_"), [("0", False), ("1", True), (None, False)])
    def test_is_0_or_1(self, put: Put, value: str | None, *, set_: bool) -> None:
        put(HOUSLER_X=value)

        assert env.flag("HOUSLER_X") is set_

    def test_is_no_other_word(self, put: Put) -> None:
        put(HOUSLER_X="true")

        with pytest.raises(SettingsError, match=r"^HOUSLER_X must be 0 or 1$"):
            env.flag("HOUSLER_X")


class TestTheStage:
    def test_is_production_unless_said_otherwise(self, put: Put) -> None:
        put(HOUSLER_STAGE=None)

        assert env.stage() is Stage.PRODUCTION
        assert env.is_production()

    def test_is_one_of_three(self, put: Put) -> None:
        put(HOUSLER_STAGE=SECRET)

        with pytest.raises(SettingsError, match="HOUSLER_STAGE must be local, test or production") as caught:
            env.stage()

        assert SECRET not in str(caught.value)


class TestAnAddress:
    @pytest.mark.parametrize("url", ["http://x.example", "ftp://x", "httpsx://", ""])
    def test_is_https_in_production(self, put: Put, url: str) -> None:
        put(HOUSLER_STAGE="production")

        with pytest.raises(SettingsError, match=r"^HOUSLER_X must be an https address"):
            env.https_in_production("HOUSLER_X", url)

    def test_may_be_plain_elsewhere(self, put: Put) -> None:
        put(HOUSLER_STAGE="local")

        assert env.https_in_production("HOUSLER_X", "http://127.0.0.1:1") == "http://127.0.0.1:1"
