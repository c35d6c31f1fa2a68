from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from shared.auth import codes
from shared.auth.models import CodeChannel, CodePurpose

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DEMO, OTHER = "+79999000003", "+79161234563"
KNOWN = {"111111", "222222", "333333", "444444", "555555", "666666"}


def issued(session: Session, phone: str, purpose: CodePurpose = CodePurpose.SIGN_IN_AGENT) -> str:
    return codes.issue(
        session,
        purpose=purpose,
        channel=CodeChannel.SMS,
        address=phone,
        user_id=None,
        bound_to="",
        ip="127.0.0.1",
        now=NOW,
    ).code


class TestInTestMode:
    @pytest.fixture(autouse=True)
    def _on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("SMS_TEST_MODE", "1")

    @pytest.mark.parametrize(
        "purpose", [CodePurpose.SIGN_IN_AGENT, CodePurpose.SIGNATURE, CodePurpose.STEP_UP]
    )
    def test_a_demonstrations_phone_gets_the_code_that_everybody_knows(
        self, app: Session, purpose: CodePurpose
    ) -> None:
        code = issued(app, DEMO, purpose)

        assert code == "444444"
        assert (
            codes.confirm(app, purpose=purpose, address=DEMO, bound_to="", code=code, now=NOW).used_at == NOW
        )

    def test_other_phones_get_codes_that_nobody_knows(self, app: Session) -> None:
        assert len({issued(app, f"+7916123450{digit}") for digit in range(10)} - KNOWN) >= 8


class TestOtherwise:
    def test_a_demonstrations_phone_is_like_any_other(self, app: Session) -> None:
        assert len({issued(app, f"+7999900000{digit}") for digit in range(10)} - KNOWN) >= 8
