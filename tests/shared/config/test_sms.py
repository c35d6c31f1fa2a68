from collections.abc import Callable

import pytest

from shared.config import sms
from shared.config.environment import SettingsError

Put = Callable[..., None]


class TestSms:
    def test_has_a_default_address_but_no_default_key(self, put: Put) -> None:
        put(SMSRU_URL=None, SMSRU_API_ID="abc", SMSRU_SENDER=None, SMSRU_TIMEOUT_SECONDS=None)
        assert sms.load().base_url.startswith("https://")

        put(SMSRU_API_ID=None)
        with pytest.raises(SettingsError, match=r"^set SMSRU_API_ID$"):
            sms.load()

    def test_shows_no_key(self, put: Put) -> None:
        put(SMSRU_API_ID="not-to-be-shown")

        assert "not-to-be-shown" not in repr(sms.load())

    def test_is_never_sent_in_the_clear_in_production(self, put: Put) -> None:
        put(HOUSLER_STAGE="production", SMSRU_API_ID="abc", SMSRU_URL="http://sms.example")

        with pytest.raises(SettingsError, match=r"^SMSRU_URL must be an https address"):
            sms.load()

    @pytest.mark.parametrize("seconds", ["0", "26"])
    def test_is_not_waited_for_longer_than_the_gateway_waits(self, put: Put, seconds: str) -> None:
        put(SMSRU_API_ID="abc", SMSRU_TIMEOUT_SECONDS=seconds)

        with pytest.raises(SettingsError, match=r"^SMSRU_TIMEOUT_SECONDS must"):
            sms.load()
