"""What is asked of a cash register, made again from frozen data for every try."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.payments import fiscal_data
from shared.payments.models import Payment, PaymentIntent
from shared.ports.fiscal import (
    FiscalReceipt,
    PaymentMode,
    ReceiptOrder,
    ReceiptSense,
    Settlement,
)
from shared.receipts.kkt_models import KktKind, KktReceipt
from shared.receipts.models import Receipt
from shared.refunds import fiscal
from shared.refunds.models import Refund


def order_of(session: Session, kkt: KktReceipt) -> ReceiptOrder:
    """A receipt that didn't come, or doesn't come, with its payment or refund."""
    payment = session.get_one(Payment, kkt.payment_id)
    receipt = session.get_one(Receipt, kkt.receipt_id)
    is_return = kkt.kkt_kind is KktKind.RETURN
    return ReceiptOrder(
        sense=ReceiptSense.INCOME_RETURN if is_return else ReceiptSense.INCOME,
        settlement=Settlement.PREPAYMENT if kkt.kkt_kind is KktKind.OFFSET else Settlement.CASHLESS,
        provider_payment_id=payment.provider_payment_id,
        provider_refund_id=provider_refund_id(session, kkt),
        receipt=_contents(session, kkt, payment, receipt),
        created_at=receipt.created_at,
    )


def provider_refund_id(session: Session, kkt: KktReceipt) -> str | None:
    return None if kkt.refund_id is None else session.get_one(Refund, kkt.refund_id).provider_refund_id


def of_others(session: Session, kkt: KktReceipt) -> frozenset[str]:
    """The provider's ids of the payment's other receipts."""
    others = session.scalars(
        select(KktReceipt.provider_receipt_id).where(
            KktReceipt.payment_id == kkt.payment_id,
            KktReceipt.receipt_id != kkt.receipt_id,
            KktReceipt.provider_receipt_id.is_not(None),
        )
    )
    return frozenset(each for each in others if each is not None)


def _contents(session: Session, kkt: KktReceipt, payment: Payment, receipt: Receipt) -> FiscalReceipt:
    if kkt.refund_id is not None:
        returned = fiscal.receipt_of(session, session.get_one(Refund, kkt.refund_id), payment)
        return _there(returned)
    taken = _frozen(session, payment.intent_id)
    if kkt.kkt_kind is not KktKind.OFFSET:
        return taken
    (line,) = taken.lines
    return taken._replace(
        lines=(line._replace(amount=receipt.amount_kopecks, mode=PaymentMode.FULL_PAYMENT),)
    )


def _frozen(session: Session, intent_id: UUID | None) -> FiscalReceipt:
    return _there(fiscal_data.frozen(session, session.get_one(PaymentIntent, intent_id)))


def _there(receipt: FiscalReceipt | None) -> FiscalReceipt:
    if receipt is None:
        raise AssertionError("a receipt is planned of frozen data")
    return receipt
