from collections.abc import Callable

import pytest

from shared.config import platform
from shared.config.environment import SettingsError

Put = Callable[..., None]


class TestThePlatform:
    def test_takes_two_percent_unless_said_otherwise(self, put: Put) -> None:
        put(HOUSLER_PLATFORM_FEE_BPS=None, HOUSLER_PLATFORM_FEE_MIN_KOPECKS=None)

        assert (platform.load().fee_bps, platform.load().fee_min_kopecks) == (200, 0)

    @pytest.mark.parametrize("value", ["10001", "-1", "2%"])
    def test_takes_a_part_of_the_whole(self, put: Put, value: str) -> None:
        put(HOUSLER_PLATFORM_FEE_BPS=value)

        with pytest.raises(SettingsError, match=r"^HOUSLER_PLATFORM_FEE_BPS must"):
            platform.load()

    @pytest.mark.parametrize("name", ["HOUSLER_PLATFORM_NAME", "HOUSLER_PLATFORM_INN"])
    def test_is_named_in_contracts_and_so_must_have_a_name(self, put: Put, name: str) -> None:
        put(**{name: None})

        with pytest.raises(SettingsError, match=rf"^set {name}$"):
            platform.load()
