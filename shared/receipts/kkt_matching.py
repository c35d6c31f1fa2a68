"""A receipt that a cash register tells of by itself finds the one of ours that it is, whichever of the two was first.

What fits is the payment, the sense, the sum and, where it is told, whether it is a prepayment. Of several that are
alike the one asked for first: a payment's offsets of the same sum say the same, so any of them is as good.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, or_, select, true
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.inbox import service as inbox
from shared.kernel.identifiers import new_id
from shared.observability import checkpoints, log
from shared.payments.models import Payment
from shared.payments.recording import Claim
from shared.ports.fiscal import FiscalDocument, PaymentMode, ReceiptSense
from shared.ports.payments import BankEvent
from shared.receipts import kkt_outcomes
from shared.receipts.document_models import KeptDocument
from shared.receipts.kkt_models import TAKEN, KktKind, KktReceipt
from shared.receipts.kkt_outcomes import Locked
from shared.receipts.models import Receipt, ReceiptStatus
from shared.tasks import service as tasks

#: kind of the task for a receipt that the register made and nobody asked for
UNMATCHED: Final = "kkt_document_unmatched"
_ENTITY: Final = "fiscal_document"
_OPEN: Final = (ReceiptStatus.PLANNED, ReceiptStatus.SENDING)
_KINDS: Final = {
    PaymentMode.FULL_PREPAYMENT: (KktKind.PREPAYMENT,),
    PaymentMode.FULL_PAYMENT: (KktKind.PAYMENT, KktKind.OFFSET),
    None: (*TAKEN, KktKind.OFFSET),
}
_MODES: Final = {
    KktKind.PREPAYMENT: PaymentMode.FULL_PREPAYMENT,
    KktKind.PAYMENT: PaymentMode.FULL_PAYMENT,
    KktKind.OFFSET: PaymentMode.FULL_PAYMENT,
}


def apply(transactions: Transactions, event: BankEvent, claim: Claim, *, now: datetime) -> None:
    """Handle ``receipt.*``, which is proved by its signature; a repeat changes nothing."""
    if event.document is None:
        raise AssertionError("a message about a receipt tells of it")
    with transactions() as session:
        taken = inbox.take(
            session,
            provider=claim.provider,
            event_key=event.key,
            body=claim.body,
            outcome=event.kind,
            now=now,
        )
        if taken is None:
            outcome = "repeated"
        elif event.document.is_made:
            outcome = _take_made(session, claim.provider, event.document, now)
        else:
            outcome = _take_refused(session, claim.provider, event.document, now)
        checkpoints.reached("bank_events.receipt_recorded")
    log.write("receipt_event", kind=event.kind, outcome=outcome)


def claim(session: Session, found: Locked, *, now: datetime) -> bool:
    """Whether one that was told of before fits this receipt, which is registered then."""
    kkt = found.kkt
    if found.receipt.status is ReceiptStatus.REGISTERED:
        return False
    payment = session.get_one(Payment, kkt.payment_id)
    is_return = kkt.kkt_kind is KktKind.RETURN
    kept = session.scalars(
        select(KeptDocument)
        .where(
            KeptDocument.receipt_id.is_(None),
            KeptDocument.provider == kkt.provider,
            KeptDocument.provider_payment_id == payment.provider_payment_id,
            KeptDocument.amount_kopecks == found.receipt.amount_kopecks,
            KeptDocument.sense == (ReceiptSense.INCOME_RETURN if is_return else ReceiptSense.INCOME),
            _may_be(kkt.kkt_kind),
        )
        .order_by(KeptDocument.registered_at, KeptDocument.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    ).one_or_none()
    if kept is None:
        return False
    _settle(session, kept, found, now)
    return True


def note_entered(session: Session, kkt: KktReceipt, *, now: datetime) -> None:
    """A person entered a receipt's numbers: the register may have told of them before."""
    kept = session.scalars(
        select(KeptDocument)
        .where(
            KeptDocument.storage_number == kkt.storage_number,
            KeptDocument.document_number == kkt.document_number,
            KeptDocument.receipt_id.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    if kept is not None:
        _link(session, kept, kkt, now)


def _may_be(kind: KktKind) -> ColumnElement[bool]:
    if kind is KktKind.RETURN:
        return true()
    return or_(KeptDocument.mode.is_(None), KeptDocument.mode == _MODES[kind])


def _take_made(session: Session, provider: str, told: FiscalDocument, now: datetime) -> str:
    kept = _keep(session, provider, told, now)
    entered = session.scalars(
        select(KktReceipt).where(
            KktReceipt.provider == provider,
            KktReceipt.storage_number == kept.storage_number,
            KktReceipt.document_number == kept.document_number,
        )
    ).one_or_none()
    if entered is not None:
        _link(session, kept, entered, now)
        return "entered_already"
    found = _waiting(session, provider, told, (*_OPEN, ReceiptStatus.FAILED))
    if found is not None:
        _settle(session, kept, found, now)
        return "registered"
    if _is_ours(session, provider, told.provider_payment_id):
        # A second receipt, or one made by hand: its payer has it, the books don't.
        tasks.open_task(session, UNMATCHED, entity=(_ENTITY, kept.id), reason="no_receipt_fits", now=now)
        return "unmatched"
    return "kept"


def _take_refused(session: Session, provider: str, told: FiscalDocument, now: datetime) -> str:
    found = _waiting(session, provider, told, (ReceiptStatus.SENDING,))
    if found is None:
        log.error("refused_receipt_unknown", provider=provider)
        return "unknown_receipt"
    return kkt_outcomes.fail(session, found, "register_refused", now=now)


def _keep(session: Session, provider: str, told: FiscalDocument, now: datetime) -> KeptDocument:
    kept = KeptDocument(
        id=new_id(),
        provider=provider,
        provider_payment_id=told.provider_payment_id,
        sense=told.sense,
        mode=told.mode,
        amount_kopecks=told.amount,
        document_number=told.document_number,
        storage_number=told.storage_number,
        attribute=told.attribute,
        registered_at=told.registered_at or now,
        recorded_at=now,
    )
    session.add(kept)
    session.flush()
    audit.record(
        session,
        SYSTEM,
        "fiscal_document.kept",
        entity=(_ENTITY, kept.id),
        after={"sense": told.sense, "amount_kopecks": told.amount.kopecks},
        now=now,
    )
    return kept


def _waiting(
    session: Session, provider: str, told: FiscalDocument, statuses: tuple[ReceiptStatus, ...]
) -> Locked | None:
    is_return = told.sense is ReceiptSense.INCOME_RETURN
    receipt_id = session.scalars(
        select(Receipt.id)
        .join(KktReceipt, KktReceipt.receipt_id == Receipt.id)
        .join(Payment, Payment.id == KktReceipt.payment_id)
        .where(
            KktReceipt.provider == provider,
            Payment.provider_payment_id == told.provider_payment_id,
            KktReceipt.kkt_kind.in_((KktKind.RETURN,) if is_return else _KINDS[told.mode]),
            Receipt.amount_kopecks == told.amount,
            Receipt.status.in_(statuses),
        )
        .order_by(KktReceipt.sent_at.nulls_last(), KktReceipt.due_at, Receipt.id)
        .limit(1)
        .with_for_update(of=Receipt)
    ).one_or_none()
    return None if receipt_id is None else Locked(session, receipt_id)


def _is_ours(session: Session, provider: str, provider_payment_id: str) -> bool:
    """Whether the payment has receipts; without, it may be another's, or come later than what the register tells."""
    ours = exists().where(
        KktReceipt.payment_id == Payment.id,
        Payment.provider == provider,
        Payment.provider_payment_id == provider_payment_id,
    )
    return bool(session.scalar(select(ours)))


def _settle(session: Session, kept: KeptDocument, found: Locked, now: datetime) -> None:
    found.kkt.failure_reason, found.kkt.unknown_since = None, None
    numbers = kept.document_number, kept.storage_number, kept.attribute
    kkt_outcomes.settle(session, found, *numbers, registered_at=kept.registered_at, now=now)
    _link(session, kept, found.kkt, now)


def _link(session: Session, kept: KeptDocument, kkt: KktReceipt, now: datetime) -> None:
    kept.receipt_id = kkt.receipt_id
    tasks.close_tasks(session, kept.id, now=now)
    audit.record(
        session,
        SYSTEM,
        "fiscal_document.matched",
        entity=(_ENTITY, kept.id),
        after={"receipt_id": str(kkt.receipt_id)},
        now=now,
    )
