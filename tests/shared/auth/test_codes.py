from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
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
from shared.tasks.models import OperatorTask

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
                codes.record_sms(app, issued.otp_id, SmsResult(SmsOutcome.TRY_LATER), now=NOW)

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

        codes.record_sms(app, issued.otp_id, SmsResult(outcome, "202648-1", "100"), now=NOW)

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
        codes.record_sms(app, earlier.otp_id, SmsResult(SmsOutcome.ACCEPTED, "202648-1"), now=NOW)
        later = issue(app, NOW + MINUTE)

        with pytest.raises(refusal) as raised:
            codes.record_sms(app, later.otp_id, SmsResult(outcome, provider_code="233"), now=NOW)

        assert raised.value.keeps_work
        assert confirm(app, earlier.code, NOW + MINUTE).id == earlier.otp_id

    def test_kills_a_code_that_was_never_sent(self, app: Session) -> None:
        issued = issue(app)
        with pytest.raises(SendingUnavailable):
            codes.record_sms(app, issued.otp_id, SmsResult(SmsOutcome.TRY_LATER), now=NOW)

        with pytest.raises(NoLiveCode):
            confirm(app, issued.code)
        assert issue(app).code

    def test_calls_a_person_once_when_our_account_is_at_fault(self, app: Session) -> None:
        result = SmsResult(SmsOutcome.REFUSED, "202648-1", "221", account_at_fault=True)
        for number in range(3):
            issued = issue(app, phone=f"+7916000000{number}")
            with pytest.raises(SendingUnavailable) as raised:
                codes.record_sms(app, issued.otp_id, result, now=NOW)
            assert raised.value.keeps_work

        task = app.scalars(select(OperatorTask)).one()
        assert (task.kind, task.reason, task.created_at) == ("sms_account", "code_221", NOW)

    @pytest.mark.parametrize("outcome", list(SmsOutcome))
    def test_calls_nobody_while_our_account_is_well(self, app: Session, outcome: SmsOutcome) -> None:
        issued = issue(app)

        with suppress(DomainError):
            codes.record_sms(app, issued.otp_id, SmsResult(outcome, provider_code="205"), now=NOW)

        assert app.scalars(select(OperatorTask)).all() == []

    def test_calls_a_person_when_no_letter_gets_out(self, app: Session) -> None:
        issued = codes.issue(
            app,
            purpose=CodePurpose.SIGN_IN_CLIENT,
            channel=CodeChannel.EMAIL,
            address="ivan@example.ru",
            user_id=None,
            bound_to="",
            ip="127.0.0.1",
            now=NOW,
        )
        result = EmailResult(EmailOutcome.REFUSED, provider_code="535")

        with pytest.raises(SendingUnavailable):
            codes.record_email(app, issued.otp_id, result, now=NOW)

        task = app.scalars(select(OperatorTask)).one()
        assert (task.kind, task.reason) == ("mail_account", "code_535")

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
            codes.record_email(app, refused.otp_id, EmailResult(EmailOutcome.REFUSED_RECIPIENT), now=NOW)
        taken = letter(NOW)
        codes.record_email(app, taken.otp_id, EmailResult(EmailOutcome.UNKNOWN, "<1@housler>"), now=NOW)

        assert confirm(
            app, taken.code, purpose=CodePurpose.SIGN_IN_CLIENT, phone="ivan@example.ru"
        ).provider_message_id == ("<1@housler>")
