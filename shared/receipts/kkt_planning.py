"""Which fiscal receipts there must be: of a payment and of a refund in their own transactions, of a release after it.

A prepayment is looked at until all of it is offset or returned, so that whoever released a step need not know of
receipts: its row of ``step_releases`` is what makes the offset.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session, aliased

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals.models import Deal
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.payments import fiscal_data
from shared.payments.models import Payment, PaymentIntent
from shared.payouts.release_models import StepRelease
from shared.ports.fiscal import FiscalReceipt, PaymentMode
from shared.receipts import kkt_writing
from shared.receipts.kkt_models import TAKEN, KktKind, KktReceipt
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.refunds import fiscal
from shared.refunds.models import Refund

#: A register has its answer within seconds.
FIRST_LOOK: Final = timedelta(seconds=30)
BATCH: Final = 100


def of_payment(session: Session, payment: Payment, now: datetime) -> None:
    """The client paid an organization: his receipt's data travelled with the payment."""
    carried = _carried_by(session, payment)
    if carried is not None:
        _of_money(session, payment, carried, now)


def of_refund(session: Session, refund: Refund, now: datetime) -> None:
    """Money went back: so did its receipt's data. A payment that fitted nothing had a receipt none the less."""
    payment = session.get_one(Payment, refund.payment_id)
    carried = _carried_by(session, payment)
    if carried is None:
        return
    taken = _taken(session, payment.id) or _of_money(session, payment, carried, now)
    returned = KktReceipt(
        receipt_id=new_id(),
        kkt_kind=KktKind.RETURN,
        payment_id=payment.id,
        refund_id=refund.id,
        follows_id=taken.receipt_id,
        carried=True,
    )
    _plan(session, returned, payment, refund.amount_kopecks, now, now)
    _close_when_whole(session, taken, payment, now)


def plan_offsets(transactions: Transactions, *, now: datetime) -> int:
    """Plan a receipt for each release of a prepaid step that has none; how many. Two runs at once are safe."""
    offset = aliased(KktReceipt)
    without = ~exists().where(offset.release_id == StepRelease.id)
    with transactions() as session:
        due = session.scalars(
            select(StepRelease.id)
            .join(KktReceipt, KktReceipt.payment_id == StepRelease.payment_id)
            .where(KktReceipt.kkt_kind == KktKind.PREPAYMENT, KktReceipt.offset_whole_at.is_(None), without)
            .order_by(StepRelease.released_at)
            .limit(BATCH)
        ).all()
    return sum(_offset(transactions, release_id, now) for release_id in due)


def _offset(transactions: Transactions, release_id: UUID, now: datetime) -> bool:
    with transactions() as session:
        release = session.get_one(StepRelease, release_id)
        taken = session.scalars(
            select(KktReceipt)
            .where(KktReceipt.payment_id == release.payment_id, KktReceipt.kkt_kind == KktKind.PREPAYMENT)
            .with_for_update()
        ).one()
        if session.scalar(select(exists().where(KktReceipt.release_id == release_id))):
            return False
        payment = session.get_one(Payment, release.payment_id)
        offset = KktReceipt(
            receipt_id=new_id(),
            kkt_kind=KktKind.OFFSET,
            payment_id=payment.id,
            release_id=release_id,
            follows_id=taken.receipt_id,
            carried=False,
        )
        _plan(session, offset, payment, release.amount_kopecks, release.released_at, now)
        _close_when_whole(session, taken, payment, now)
    return True


def _carried_by(session: Session, payment: Payment) -> FiscalReceipt | None:
    if payment.intent_id is None:
        return None
    return fiscal_data.frozen(session, session.get_one(PaymentIntent, payment.intent_id))


def _taken(session: Session, payment_id: UUID) -> KktReceipt | None:
    return session.scalars(
        select(KktReceipt)
        .where(KktReceipt.payment_id == payment_id, KktReceipt.kkt_kind.in_(TAKEN))
        .with_for_update()
    ).one_or_none()


def _of_money(session: Session, payment: Payment, carried: FiscalReceipt, now: datetime) -> KktReceipt:
    is_prepaid = carried.lines[0].mode is PaymentMode.FULL_PREPAYMENT
    taken = KktReceipt(
        receipt_id=new_id(),
        kkt_kind=KktKind.PREPAYMENT if is_prepaid else KktKind.PAYMENT,
        payment_id=payment.id,
        carried=True,
    )
    _plan(session, taken, payment, payment.amount_kopecks, payment.occurred_at, now)
    return taken


def _plan(
    session: Session, kkt: KktReceipt, payment: Payment, amount: Money, due_at: datetime, now: datetime
) -> None:
    """:param due_at: when its cause happened"""
    if payment.deal_id is None or payment.schedule_id is None:
        raise AssertionError("a payment with a receipt has its step")
    deal = session.get_one(Deal, payment.deal_id)
    receipt = Receipt(
        id=kkt.receipt_id,
        kind=ReceiptKind.KKT,
        # What travelled is with the register already.
        status=ReceiptStatus.SENDING if kkt.carried else ReceiptStatus.PLANNED,
        deal_id=deal.id,
        schedule_id=payment.schedule_id,
        taxpayer_organization_id=deal.executor_organization_id,
        amount_kopecks=amount,
        operation_time=due_at,
        created_at=now,
    )
    kkt.provider = payment.provider
    kkt.provider_key = uuid4()
    kkt.due_at = due_at
    kkt.sent_at = due_at if kkt.carried else None
    kkt.next_at = now + FIRST_LOOK if kkt.carried else now
    kkt.attempt, kkt.tries = 1, 0
    kkt_writing.write(session, receipt, kkt)
    audit.record(
        session,
        SYSTEM,
        "receipt.planned",
        entity=("receipt", receipt.id),
        after={"status": receipt.status, "amount_kopecks": amount.kopecks, "kkt_kind": kkt.kkt_kind},
        now=now,
    )


def _close_when_whole(session: Session, taken: KktReceipt, payment: Payment, now: datetime) -> None:
    """Nothing of a prepayment is left once what was offset and what went back unreleased make the whole."""
    if taken.kkt_kind is not KktKind.PREPAYMENT or taken.offset_whole_at is not None:
        return
    offset = session.scalars(
        select(Receipt.amount_kopecks)
        .join(KktReceipt, KktReceipt.receipt_id == Receipt.id)
        .where(KktReceipt.follows_id == taken.receipt_id, KktReceipt.kkt_kind == KktKind.OFFSET)
    ).all()
    if total([*offset, *_returned_unreleased(session, taken)]) >= payment.amount_kopecks:
        taken.offset_whole_at = now


def _returned_unreleased(session: Session, taken: KktReceipt) -> list[Money]:
    refunds = session.scalars(
        select(Refund)
        .join(KktReceipt, KktReceipt.refund_id == Refund.id)
        .where(KktReceipt.follows_id == taken.receipt_id)
    )
    return [fiscal.from_hold(session, refund) for refund in refunds]
