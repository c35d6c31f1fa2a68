from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.auth import codes, deliveries
from shared.auth.errors import SendingUnavailable
from shared.auth.models import CodeChannel, CodeDelivery, CodePurpose, OtpSession
from shared.db.session import Transactions
from shared.inbox.models import InboxEvent
from shared.ports.sms import SmsOutcome, SmsProgress, SmsProviderSilent, SmsReport, SmsResult

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=1)
MESSAGE = "202648-1000001"
DELIVERED = SmsReport(MESSAGE, SmsProgress.DELIVERED, "103", NOW + timedelta(seconds=7))
EXPIRED = SmsReport(MESSAGE, SmsProgress.UNDELIVERED, "104", NOW + timedelta(seconds=9))
ON_ITS_WAY = SmsReport(MESSAGE, SmsProgress.ON_ITS_WAY, "102", NOW + timedelta(seconds=3))


def a_code(session: Session, result: SmsResult, *, phone: str = "+79161234567") -> OtpSession:
    issued = codes.issue(
        session,
        purpose=CodePurpose.SIGN_IN_AGENT,
        channel=CodeChannel.SMS,
        address=phone,
        user_id=None,
        bound_to="",
        ip="127.0.0.1",
        now=NOW,
    )
    with suppress(SendingUnavailable):
        codes.record_sms(session, issued.otp_id, result, now=NOW)
    session.commit()
    return session.get_one(OtpSession, issued.otp_id)


@pytest.fixture
def sent(app: Session) -> OtpSession:
    return a_code(app, SmsResult(SmsOutcome.ACCEPTED, MESSAGE, "100"))


def told(session: Session, row: OtpSession, *reports: SmsReport) -> tuple[CodeDelivery, str | None]:
    deliveries.record(Transactions(), reports, provider="smsru", now=LATER)
    session.refresh(row)
    return row.delivery, row.provider_code


class TestRecord:
    def test_keeps_when_a_message_arrived(self, app: Session, sent: OtpSession) -> None:
        assert told(app, sent, ON_ITS_WAY, DELIVERED) == (CodeDelivery.DELIVERED, "103")
        assert sent.delivered_at == DELIVERED.reported_at

    def test_keeps_that_a_message_did_not_arrive(self, app: Session, sent: OtpSession) -> None:
        assert told(app, sent, EXPIRED) == (CodeDelivery.UNDELIVERED, "104")
        assert sent.delivered_at is None

    def test_leaves_a_message_on_its_way_as_it_is(self, app: Session, sent: OtpSession) -> None:
        lost = SmsReport(MESSAGE, SmsProgress.NOT_FOUND, "-1")

        assert told(app, sent, ON_ITS_WAY, lost) == (CodeDelivery.ACCEPTED, "100")
        assert app.scalar(select(func.count()).select_from(InboxEvent)) == 0

    @pytest.mark.parametrize("order", list(permutations([ON_ITS_WAY, DELIVERED, EXPIRED])))
    def test_never_moves_a_fate_back(
        self, app: Session, sent: OtpSession, order: tuple[SmsReport, ...]
    ) -> None:
        first = next(report for report in order if report is not ON_ITS_WAY)

        assert told(app, sent, *order, *order)[1] == first.provider_code

    def test_takes_each_word_once(self, app: Session, sent: OtpSession) -> None:
        told(app, sent, DELIVERED, DELIVERED)
        told(app, sent, DELIVERED._replace(reported_at=LATER))

        assert sent.delivered_at == DELIVERED.reported_at
        assert app.scalars(select(InboxEvent.event_key)).all() == [f"sms_status:{MESSAGE}:103"]

    def test_passes_over_messages_that_carried_no_code(self, app: Session, sent: OtpSession) -> None:
        other = DELIVERED._replace(provider_message_id="202648-1")

        assert told(app, sent, other, DELIVERED) == (CodeDelivery.DELIVERED, "103")
        assert app.scalar(select(func.count()).select_from(InboxEvent)) == 1

    def test_believes_no_refused_message_to_have_arrived(self, app: Session) -> None:
        refused = a_code(app, SmsResult(SmsOutcome.REFUSED, MESSAGE, "221", account_at_fault=True))

        assert told(app, refused, DELIVERED) == (CodeDelivery.REFUSED, "221")

    @pytest.mark.parametrize(
        ("said", "kept"),
        [
            (None, LATER),
            (NOW - timedelta(days=1), NOW),
            (LATER + timedelta(days=1), LATER),
        ],
    )
    def test_lets_no_foreign_clock_say_the_impossible(
        self, app: Session, sent: OtpSession, said: datetime | None, kept: datetime
    ) -> None:
        told(app, sent, DELIVERED._replace(reported_at=said))

        assert sent.delivered_at == kept

    def test_changes_nothing_for_whoever_enters_the_code(self, app: Session, sent: OtpSession) -> None:
        before = (sent.used_at, sent.replaced_at, sent.tries, sent.expires_at)

        told(app, sent, EXPIRED)

        assert (sent.used_at, sent.replaced_at, sent.tries, sent.expires_at) == before


class Asked:
    """A provider that knows each message as delivered, until it falls silent."""

    def __init__(self, answers: int) -> None:
        self.answers = answers
        self.batches: list[int] = []

    def balance_kopecks(self) -> int:
        raise NotImplementedError

    def day_limit(self) -> tuple[int, int]:
        raise NotImplementedError

    def reports(self, provider_message_ids: Sequence[str]) -> list[SmsReport]:
        if len(self.batches) == self.answers:
            raise SmsProviderSilent("http_502")
        self.batches.append(len(provider_message_ids))
        return [DELIVERED._replace(provider_message_id=one) for one in provider_message_ids]


class TestAsk:
    @pytest.mark.parametrize(
        ("answers", "batches", "counts"),
        [
            (2, [100, 1], {"asked": 101, "silent": 0}),
            (1, [100], {"asked": 100, "silent": 1}),
        ],
    )
    def test_takes_a_hundred_at_once_and_keeps_what_it_heard(
        self, app: Session, answers: int, batches: list[int], counts: dict[str, int]
    ) -> None:
        for number in range(101):
            result = SmsResult(SmsOutcome.ACCEPTED, f"202648-{number}", "100")
            a_code(app, result, phone=f"+7916{number:07d}")
        account = Asked(answers)

        said = deliveries.ask(Transactions(), account, provider="smsru", now=NOW + timedelta(hours=1))

        assert (said, account.batches) == (counts, batches)
        delivered = select(func.count()).where(OtpSession.delivery == CodeDelivery.DELIVERED)
        assert app.scalar(delivered) == counts["asked"]
