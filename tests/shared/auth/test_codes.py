from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from shared.auth import codes
from shared.auth.codes import IssuedCode
from shared.auth.errors import (
    CodeBudgetSpent,
    CodeExpired,
    CodeTooSoon,
    NoLiveCode,
    RecipientRefused,
    SendingUnavailable,
    WrongCode,
)
from shared.auth.models import CodeChannel, CodeDelivery, CodePurpose, OtpSession
from shared.kernel.errors import DomainError
from shared.ports.email import EmailOutcome, EmailResult
from shared.ports.sms import SmsOutcome, SmsResult

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
PHONE = "+79161234567"
MINUTE = timedelta(minutes=1)


def issue(
    session: Session,
    now: datetime = NOW,
    *,
    purpose: CodePurpose = CodePurpose.SIGN_IN_AGENT,
    phone: str = PHONE,
    bound_to: str = "",
    ip: str = "127.0.0.1",
) -> IssuedCode:
    return codes.issue(
        session,
        purpose=purpose,
        channel=CodeChannel.SMS,
        address=phone,
        user_id=None,
        bound_to=bound_to,
        ip=ip,
        now=now,
    )


def confirm(
    session: Session,
    code: str,
    now: datetime = NOW,
    *,
    purpose: CodePurpose = CodePurpose.SIGN_IN_AGENT,
    phone: str = PHONE,
    bound_to: str = "",
) -> OtpSession:
    return codes.confirm(session, purpose=purpose, address=phone, bound_to=bound_to, code=code, now=now)


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


class TestACode:
    def test_is_taken_to_the_last_moment_of_its_five_minutes(self, app: Session) -> None:
        issued = issue(app)

        assert confirm(app, issued.code, NOW + 5 * MINUTE - timedelta(seconds=1)).id == issued.otp_id

    def test_is_too_old_after_five_minutes(self, app: Session) -> None:
        issued = issue(app)

        with pytest.raises(CodeExpired):
            confirm(app, issued.code, NOW + 5 * MINUTE)

    def test_is_taken_at_the_fifth_try_and_not_at_the_sixth(self, app: Session) -> None:
        for failures, taken in ((4, True), (5, False)):
            phone = f"+7916000000{failures}"
            issued = issue(app, phone=phone)
            for number in range(failures):
                with pytest.raises(WrongCode) as refusal:
                    confirm(app, wrong(issued.code), phone=phone)
                assert refusal.value.tries_left == 4 - number
            if taken:
                assert confirm(app, issued.code, phone=phone).used_at == NOW
            else:
                with pytest.raises(CodeExpired):
                    confirm(app, issued.code, phone=phone)

    def test_is_used_once(self, app: Session) -> None:
        issued = issue(app)
        confirm(app, issued.code)

        with pytest.raises(NoLiveCode):
            confirm(app, issued.code)

    def test_dies_when_a_new_one_is_made(self, app: Session) -> None:
        old = issue(app)
        new = issue(app, NOW + MINUTE)

        if old.code != new.code:
            with pytest.raises(WrongCode):
                confirm(app, old.code, NOW + MINUTE)
        assert confirm(app, new.code, NOW + MINUTE).id == new.otp_id

    def test_confirms_only_what_it_was_made_for(self, app: Session) -> None:
        issued = issue(app, purpose=CodePurpose.SIGNATURE, bound_to="set one")

        with pytest.raises(WrongCode):
            confirm(app, issued.code, purpose=CodePurpose.SIGNATURE, bound_to="set two")
        with pytest.raises(NoLiveCode):
            confirm(app, issued.code, purpose=CodePurpose.SIGN_IN_AGENT, bound_to="set one")
        with pytest.raises(NoLiveCode):
            confirm(app, issued.code, purpose=CodePurpose.SIGNATURE, bound_to="set one", phone="+79160000009")
        assert confirm(app, issued.code, purpose=CodePurpose.SIGNATURE, bound_to="set one").tries == 1

    def test_has_one_public_refusal(self) -> None:
        assert {WrongCode.code, CodeExpired.code, NoLiveCode.code} == {"code_refused"}
        assert all(kind.keeps_work for kind in (WrongCode, CodeExpired, NoLiveCode))


class TestAskingForCodes:
    def test_again_waits_a_minute(self, app: Session) -> None:
        issue(app)

        with pytest.raises(CodeTooSoon) as refusal:
            issue(app, NOW + timedelta(seconds=20))
        assert refusal.value.retry_after_seconds == 40
        assert issue(app, NOW + MINUTE).code

    def test_for_the_next_thing_waits_for_nothing_once_the_code_is_used(self, app: Session) -> None:
        issued = issue(app, purpose=CodePurpose.SIGNATURE, bound_to="first")
        confirm(app, issued.code, purpose=CodePurpose.SIGNATURE, bound_to="first")

        assert issue(app, purpose=CodePurpose.SIGNATURE, bound_to="second").code

    def test_has_a_daily_budget_for_an_address(self, app: Session) -> None:
        for number in range(20):
            issue(app, NOW + number * MINUTE)

        with pytest.raises(CodeBudgetSpent) as refusal:
            issue(app, NOW + 20 * MINUTE)
        assert refusal.value.retry_after_seconds == 24 * 3600 - 20 * 60
        assert issue(app, NOW + timedelta(hours=24)).code

    def test_for_one_purpose_leaves_the_budgets_of_others_alone(self, app: Session) -> None:
        for number in range(20):
            issue(app, NOW + number * MINUTE)

        assert issue(app, NOW + 20 * MINUTE, purpose=CodePurpose.SIGNATURE, bound_to="a set").code

    def test_costs_nothing_where_nothing_was_sent(self, app: Session) -> None:
        for _ in range(20):
            issued = issue(app)
            with pytest.raises(SendingUnavailable):
                codes.record_sms(app, issued.otp_id, SmsResult(SmsOutcome.TRY_LATER))

        assert issue(app).code

    def test_has_a_limit_for_a_peer_that_sweeps_through_numbers(self, app: Session) -> None:
        for number in range(300):
            issue(app, phone=f"+7917{number:07d}", ip="203.0.113.5")

        with pytest.raises(CodeBudgetSpent):
            issue(app, phone="+79180000000", ip="203.0.113.5")
        assert issue(app, phone="+79180000000", ip="203.0.113.6").code


class TestWhatBecameOfTheMessage:
    @pytest.mark.parametrize("outcome", [SmsOutcome.ACCEPTED, SmsOutcome.UNKNOWN])
    def test_leaves_the_code_valid_where_it_may_have_gone_out(
        self, app: Session, outcome: SmsOutcome
    ) -> None:
        issued = issue(app)

        codes.record_sms(app, issued.otp_id, SmsResult(outcome, "202648-1", "100"))

        row = confirm(app, issued.code)
        assert (row.delivery, row.provider_message_id) == (CodeDelivery(outcome.value), "202648-1")

    @pytest.mark.parametrize(
        ("outcome", "refusal"),
        [
            (SmsOutcome.REFUSED_RECIPIENT, RecipientRefused),
            (SmsOutcome.COOL_DOWN, CodeTooSoon),
            (SmsOutcome.REFUSED, SendingUnavailable),
            (SmsOutcome.TRY_LATER, SendingUnavailable),
        ],
    )
    def test_gives_the_earlier_code_its_life_back_where_nothing_was_sent(
        self, app: Session, outcome: SmsOutcome, refusal: type[DomainError]
    ) -> None:
        earlier = issue(app)
        codes.record_sms(app, earlier.otp_id, SmsResult(SmsOutcome.ACCEPTED, "202648-1"))
        later = issue(app, NOW + MINUTE)

        with pytest.raises(refusal) as raised:
            codes.record_sms(app, later.otp_id, SmsResult(outcome, provider_code="233"))

        assert raised.value.keeps_work
        assert confirm(app, earlier.code, NOW + MINUTE).id == earlier.otp_id

    def test_kills_a_code_that_was_never_sent(self, app: Session) -> None:
        issued = issue(app)
        with pytest.raises(SendingUnavailable):
            codes.record_sms(app, issued.otp_id, SmsResult(SmsOutcome.TRY_LATER))

        with pytest.raises(NoLiveCode):
            confirm(app, issued.code)
        assert issue(app).code

    def test_of_a_letter_is_read_the_same_way(self, app: Session) -> None:
        def letter(now: datetime) -> IssuedCode:
            return codes.issue(
                app,
                purpose=CodePurpose.SIGN_IN_CLIENT,
                channel=CodeChannel.EMAIL,
                address="ivan@example.ru",
                user_id=None,
                bound_to="",
                ip="127.0.0.1",
                now=now,
            )

        refused = letter(NOW)
        with pytest.raises(RecipientRefused):
            codes.record_email(app, refused.otp_id, EmailResult(EmailOutcome.REFUSED_RECIPIENT))
        taken = letter(NOW)
        codes.record_email(app, taken.otp_id, EmailResult(EmailOutcome.UNKNOWN, "<1@housler>"))

        assert confirm(
            app, taken.code, purpose=CodePurpose.SIGN_IN_CLIENT, phone="ivan@example.ru"
        ).provider_message_id == ("<1@housler>")
