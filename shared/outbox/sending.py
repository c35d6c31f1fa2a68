"""Sending what an outbox message asks for: prepared in one transaction, sent with none open, recorded in a second one."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome
from shared.ports.sms import SmsOutcome

Prepared = TypeVar("Prepared")

_AGAIN: Final = frozenset(
    {EmailOutcome.TRY_LATER.value, SmsOutcome.TRY_LATER.value, SmsOutcome.COOL_DOWN.value}
)
_REFUSED: Final = frozenset(
    {
        EmailOutcome.REFUSED.value,
        EmailOutcome.REFUSED_RECIPIENT.value,
        SmsOutcome.REFUSED.value,
        SmsOutcome.REFUSED_RECIPIENT.value,
    }
)


def deliver(
    transactions: Transactions,
    message_id: UUID,
    *,
    prepare: Callable[[Session, OutboxMessage], Prepared | None],
    send: Callable[[Prepared], str],
    on_done: Callable[[Session, OutboxMessage, str], None] | None = None,
    now: datetime,
) -> None:
    """A busy provider is tried again later, a refusal goes to an operator, an unknown outcome is not repeated.

    :param prepare: what to send; None where there is nothing (any more), and the message is done
    :param send: gives the outcome, a word of ``EmailOutcome`` or ``SmsOutcome``
    :param on_done: what a sending that isn't repeated causes, with its outcome, in the transaction that records it
    """
    with transactions() as session:
        message = session.get_one(OutboxMessage, message_id)
        if message.status is not OutboxStatus.PENDING:
            return
        prepared = prepare(session, message)
    outcome = None if prepared is None else send(prepared)
    with transactions() as session:
        claimed = outbox.claim(session, message_id)
        if claimed is None:
            return
        if outcome in _AGAIN:
            outbox.failed(session, claimed, outcome, now=now)
        elif outcome in _REFUSED:
            outbox.give_up(session, claimed, outcome, now=now)
        else:
            outbox.done(claimed, now=now)
            if on_done is not None and outcome is not None:
                on_done(session, claimed, outcome)
