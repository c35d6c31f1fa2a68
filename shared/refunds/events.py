"""A verified message about a refund: ask the provider for the truth with no transaction open, then record it."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.observability import checkpoints, log
from shared.payments import events as payment_events
from shared.payments.models import Payment
from shared.payments.recording import Claim
from shared.ports.payments import BankEvent, RefundOrder, RefundProvider
from shared.refunds import outcomes
from shared.refunds.lifecycle import FINAL, ON_THE_WAY
from shared.refunds.models import Refund, RefundStatus
from shared.refunds.outcomes import RefundConsequence
from shared.refunds.sending import order_of


class _Candidate(NamedTuple):
    refund_id: UUID
    provider_id: str | None
    order: RefundOrder
    final: bool


def apply(
    transactions: Transactions,
    event: BankEvent,
    claim: Claim,
    *,
    provider: RefundProvider,
    on_refunded: RefundConsequence,
    now: datetime,
) -> None:
    """Handle ``refund.*``; a repeat changes nothing, and one that we didn't ask for is a person's matter.

    Its object is the refund or, where the provider tells of no other, the payment.

    :param on_refunded: what a refund that succeeded causes besides, in its transaction
    :raises OutcomeUnknown: the provider didn't answer: the queue brings the message again
    """
    with transactions() as session:
        candidates = _candidates(session, claim.provider, event.object_id)
    ours = False
    for candidate in candidates:
        if candidate.final:
            ours = True
            continue
        asked_for = candidate.provider_id or _id_of_refund(event, candidate)
        truth = provider.find_refund(candidate.order, provider_id=asked_for)
        checkpoints.reached("bank_events.refund_asked")
        if truth is None:
            continue
        ours = True
        with transactions() as session:
            outcomes.record(session, candidate.refund_id, truth, claim, on_refunded=on_refunded, now=now)
            checkpoints.reached("bank_events.refund_recorded")
        checkpoints.reached("bank_events.refund_committed")
    if ours:
        log.write("refund_event", kind=event.kind)
    else:
        payment_events.keep_unknown(transactions, event, claim, now=now)


def _candidates(session: Session, provider: str, object_id: str) -> list[_Candidate]:
    """Refunds that the message can be about: the one that it names, those of the payment that it names, and those
    whose id at the provider we don't know yet, since a message may outrun our second transaction.
    """
    nameless = and_(Refund.status.in_(ON_THE_WAY), Refund.provider_refund_id.is_(None))
    rows = session.execute(
        select(Refund)
        .join(Payment, Payment.id == Refund.payment_id)
        .where(
            Refund.provider == provider,
            Refund.status.in_((*ON_THE_WAY, RefundStatus.SUCCEEDED, RefundStatus.FAILED)),
            or_(Refund.provider_refund_id == object_id, Payment.provider_payment_id == object_id, nameless),
        )
        .order_by(Refund.id)
    ).scalars()
    return [
        _Candidate(refund.id, refund.provider_refund_id, order_of(session, refund), refund.status in FINAL)
        for refund in rows
    ]


def _id_of_refund(event: BankEvent, candidate: _Candidate) -> str | None:
    """What to ask for: the message's own object, unless that is the payment."""
    return None if event.object_id == candidate.order.provider_payment_id else event.object_id
