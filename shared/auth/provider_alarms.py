"""A provider of messages stops serving us until a person mends our account: one open task a reason, however often met."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.observability import log
from shared.tasks import service as tasks

#: There is one account of each kind, and no table of them: a task needs an id to be told from others by.
_SMS_ACCOUNT: Final = ("sms_account", UUID("6d1f7a52-8f0b-4a8e-9a53-1f2a6f0c5e01"))
_MAIL_ACCOUNT: Final = ("mail_account", UUID("6d1f7a52-8f0b-4a8e-9a53-1f2a6f0c5e02"))


def sms(session: Session, reason: str, *, now: datetime) -> None:
    """:param reason: a stable word: ``code_201``, ``balance_low``, ``day_limit_near``"""
    _raise(session, _SMS_ACCOUNT, reason, now)


def mail(session: Session, reason: str, *, now: datetime) -> None:
    """:param reason: a stable word: ``code_535``, ``code_tls_certificate``"""
    _raise(session, _MAIL_ACCOUNT, reason, now)


def _raise(session: Session, account: tuple[str, UUID], reason: str, now: datetime) -> None:
    kind = account[0]
    log.error("provider_alarm", kind=kind, reason=reason)
    tasks.open_task(session, kind, entity=account, reason=reason, now=now)
