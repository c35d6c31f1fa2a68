"""A demonstration signs in without a text message; everybody else gets one."""

import pytest

from functions.auth.agent_sms_send.handler import app as send
from functions.auth.agent_sms_verify.handler import app as verify
from tests import settings
from tests.builders.outside import Outbox
from tests.functions.conftest import Call

DEMO, OTHER = "+79999000005", "+79165557701"


@pytest.fixture
def _test_mode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMS_TEST_MODE", "1")
    settings.forget()


@pytest.mark.usefixtures("_test_mode")
class TestInTestMode:
    def test_a_demonstration_enters_without_a_message(self, call: Call, sms: Outbox) -> None:
        assert call(send, body={"phone": DEMO}).status == 200

        assert sms.is_quiet(DEMO)
        assert call(verify, body={"phone": DEMO, "code": "666666"}).status == 200

    def test_others_get_their_message(self, call: Call, sms: Outbox) -> None:
        assert call(send, body={"phone": OTHER}).status == 200

        assert call(verify, body={"phone": OTHER, "code": sms.code(OTHER)}).status == 200


class TestOtherwise:
    def test_a_demonstrations_phone_is_like_any_other(self, call: Call, sms: Outbox) -> None:
        call(send, body={"phone": "+79999000006"})

        assert not sms.is_quiet("+79999000006")
