"""What became of the text messages that carried codes, as the provider tells it, in any order and more than once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.auth.models import CodeChannel, CodeDelivery, OtpSession
from shared.db.session import Transactions
from shared.inbox import service as inbox
from shared.observability import log
from shared.ports.sms import SmsAccount, SmsProgress, SmsProviderSilent, SmsReport

#: What a message can still become something else from; a fate once told stays.
_OPEN: Final = frozenset({CodeDelivery.PENDING, CodeDelivery.ACCEPTED, CodeDelivery.UNKNOWN})
_FATES: Final = {
    SmsProgress.DELIVERED: CodeDelivery.DELIVERED,
    SmsProgress.UNDELIVERED: CodeDelivery.UNDELIVERED,
}
#: Callbacks come within minutes; a message that is on its way for a day has no fate to come.
_UNHEARD_AFTER: Final = timedelta(minutes=10)
_UNHEARD_UNTIL: Final = timedelta(days=1)
_ASKED_AT_ONCE: Final = 100
_ASKED_IN_A_RUN: Final = 1_000


def record(transactions: Transactions, reports: Iterable[SmsReport], *, provider: str, now: datetime) -> None:
    """Keep what decides a message's fate, each in a transaction of its own.

    A message that carried no code of ours, or whose code was removed since, is passed over.
    """
    for report in reports:
        fate = _FATES.get(report.progress)
        if fate is not None:
            with transactions() as session:
                _record(session, report, fate, provider, now)


def ask(transactions: Transactions, account: SmsAccount, *, provider: str, now: datetime) -> dict[str, int]:
    """Ask the provider about messages of the last day that nothing was heard of.

    :returns: counts: ``asked`` (messages), ``silent`` (1 if the provider stopped answering; the rest waits)
    """
    with transactions() as session:
        unheard = _unheard(session, now)
    for start in range(0, len(unheard), _ASKED_AT_ONCE):
        try:
            reports = account.reports(unheard[start : start + _ASKED_AT_ONCE])
        except SmsProviderSilent as silence:
            log.error("sms_reports_unknown", answer=str(silence))
            return {"asked": start, "silent": 1}
        record(transactions, reports, provider=provider, now=now)
    return {"asked": len(unheard), "silent": 0}


def _unheard(session: Session, now: datetime) -> list[str]:
    ids = session.scalars(
        select(OtpSession.provider_message_id)
        .where(
            OtpSession.created_at.between(now - _UNHEARD_UNTIL, now - _UNHEARD_AFTER),
            OtpSession.channel == CodeChannel.SMS,
            OtpSession.delivery == CodeDelivery.ACCEPTED,
            OtpSession.provider_message_id.is_not(None),
        )
        .order_by(OtpSession.created_at)
        .limit(_ASKED_IN_A_RUN)
    )
    return [each for each in ids if each is not None]


def _record(session: Session, report: SmsReport, fate: CodeDelivery, provider: str, now: datetime) -> None:
    row = session.scalars(
        select(OtpSession)
        .where(
            OtpSession.provider_message_id == report.provider_message_id,
            OtpSession.channel == CodeChannel.SMS,
        )
        .order_by(OtpSession.created_at.desc())
        .limit(1)
        .with_for_update()
    ).one_or_none()
    if row is None or not _is_new(session, report, provider, now) or row.delivery not in _OPEN:
        return
    row.delivery = fate
    row.provider_code = report.provider_code
    if fate is CodeDelivery.DELIVERED:
        row.delivered_at = _moment(report, row, now)


def _is_new(session: Session, report: SmsReport, provider: str, now: datetime) -> bool:
    key = f"sms_status:{report.provider_message_id}:{report.provider_code}"
    taken = inbox.take(session, provider=provider, event_key=key, body=key, outcome=report.progress, now=now)
    return taken is not None


def _moment(report: SmsReport, row: OtpSession, now: datetime) -> datetime:
    """By the provider's clock, as long as that lies between our sending and our hearing of it."""
    said = report.reported_at or now
    return min(max(said, row.created_at), now)
