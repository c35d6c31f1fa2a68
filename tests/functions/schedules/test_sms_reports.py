from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.auth.agent_sms_send.handler import app as send_code
from functions.schedules.sms_reports.handler import app as ask
from shared.auth.models import CodeDelivery, OtpSession
from tests.builders.outside import Outbox
from tests.functions.conftest import Call

PHONES = ("+79165557711", "+79165557712", "+79165557713")


@pytest.fixture
def sent(call: Call, app: Session, sms: Outbox) -> Iterator[list[OtpSession]]:
    """Three codes that were sent half an hour ago."""
    for phone in PHONES:
        assert call(send_code, body={"phone": phone}).status == 200
    rows = list(app.scalars(select(OtpSession).order_by(OtpSession.created_at)))
    age(app, rows, timedelta(minutes=30))
    yield rows
    sms.standin.delete("faults")


def age(session: Session, rows: list[OtpSession], by: timedelta) -> None:
    for row in rows:
        row.created_at -= by
    session.commit()


def deliveries(session: Session, rows: list[OtpSession]) -> list[CodeDelivery]:
    for row in rows:
        session.refresh(row)
    return [row.delivery for row in rows]


class TestAskForReports:
    def test_hears_what_no_callback_told(self, app: Session, sms: Outbox, sent: list[OtpSession]) -> None:
        for row, status in zip(sent, (103, 104, 102), strict=True):
            sms.standin.post(f"messages/{row.provider_message_id}", status=status)

        assert ask({}, None) == {"asked": 3, "silent": 0}
        assert ask({}, None) == {"asked": 1, "silent": 0}

        assert deliveries(app, sent) == [
            CodeDelivery.DELIVERED,
            CodeDelivery.UNDELIVERED,
            CodeDelivery.ACCEPTED,
        ]

    @pytest.mark.parametrize("minutes", [-25, 24 * 60])
    def test_leaves_what_is_too_young_and_what_is_too_old(
        self, app: Session, sent: list[OtpSession], minutes: int
    ) -> None:
        age(app, sent, timedelta(minutes=minutes))

        assert ask({}, None) == {"asked": 0, "silent": 0}

    def test_waits_for_a_provider_that_is_silent(
        self, app: Session, sms: Outbox, sent: list[OtpSession]
    ) -> None:
        sms.standin.post("faults", kind="drop_after", operation="/sms/status")

        assert ask({}, None) == {"asked": 0, "silent": 1}

        assert set(deliveries(app, sent)) == {CodeDelivery.ACCEPTED}
