"""A payment that fitted nothing goes back whole to whoever paid it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.ledger import accounts, refund_flows
from shared.ledger.posting import Cause
from shared.payments import suspense
from shared.payments.errors import PaymentNotFound
from shared.payments.models import Payment, PaymentStatus
from shared.refunds import trail
from shared.refunds.errors import NothingUnplaced
from shared.refunds.models import Refund, RefundReason, RefundStatus
from shared.refunds.requesting import Wanted, new_refund
from shared.tasks import service as tasks


def return_unplaced(
    session: Session, *, payment_id: UUID, requested_by: UUID, actor: Actor, now: datetime
) -> Refund:
    """Set a payment in suspense aside for its return; the schedule sends it.

    The provider's charge for the payment isn't returned: the platform has made up for it already.

    :raises PaymentNotFound: there is none
    :raises NothingUnplaced: it isn't in suspense, or is being returned already
    """
    payment = session.get(Payment, payment_id, with_for_update=True, populate_existing=True)
    if payment is None:
        raise PaymentNotFound
    if payment.status is not PaymentStatus.SUSPENSE:
        raise NothingUnplaced
    wanted = Wanted(payment.amount_kopecks, RefundReason.UNPLACED_PAYMENT)
    refund = new_refund(session, payment, wanted, requested_by=requested_by, now=now)
    session.add(refund)
    session.flush()
    trail.record_request(session, refund, actor=actor, now=now)
    refund_flows.suspense_resolved(
        session,
        payment_id=payment.id,
        into=accounts.refund_in_transit(refund.id),
        amount=payment.amount_kopecks,
        cause=Cause(payment_id=payment.id, refund_id=refund.id),
        occurred_at=now,
        reference=str(refund.id),
    )
    refund.accepted_at = refund.next_at = now
    trail.move(session, refund, RefundStatus.ACCEPTED, now=now)
    payment.status = PaymentStatus.RETURNED
    tasks.close_tasks(session, payment.id, kind=suspense.TASK, now=now)
    audit.record(
        session,
        actor,
        "payment.returned",
        entity=("payment", payment.id),
        before={"status": PaymentStatus.SUSPENSE},
        after={"status": payment.status, "refund_id": str(refund.id)},
        now=now,
    )
    session.flush()
    return refund
