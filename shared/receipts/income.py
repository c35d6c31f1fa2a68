"""Income events of the self-employed, each in the transaction of the fact that makes it (docs/decisions/npd-income-date.md).

The agent alone earns when his client's payment is recorded: payer is the client, the amount the full price paid.
An agency's contractor earns when he is paid out: payer is the agency, the amount his price.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.deals import service as deals
from shared.deals.models import Deal, ExecutorKind
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime
from shared.payments.models import Payment, Split, SplitLine
from shared.payouts.models import Payout, PayoutItem, PayoutStatus
from shared.receipts import kkt_planning
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.receipts.npd_models import NpdTask, NpdTaskKind, NpdTaskStatus
from shared.tasks import service as tasks

_PAID: Final = (PayoutStatus.SUCCEEDED, PayoutStatus.SET_OFF)


def of_payment(session: Session, payment: Payment, now: datetime) -> None:
    """The client paid a self-employed executor: his income is the whole payment, fee included.

    What he paid an organization is its cash register's.
    """
    if payment.deal_id is None:
        raise AssertionError("a credited payment has its deal")
    deal = session.get_one(Deal, payment.deal_id)
    if deal.executor_kind is not ExecutorKind.USER:
        kkt_planning.of_payment(session, payment, now)
        return
    if deals.frozen_terms(session, deal.id).tax_regime is not TaxRegime.NPD:
        return
    split = session.scalars(
        select(Split).where(Split.payment_id == payment.id, Split.line == SplitLine.AGENT)
    ).one()
    receipt = _receipt(split, payment.amount_kopecks, payment.occurred_at, now)
    receipt.payer_party_id = deals.client_party(session, deal.id).id
    _plan(session, receipt, now)


def of_payout(session: Session, payout: Payout, now: datetime) -> None:
    """A contractor was paid, by money or by his debt: his income is his price, his agency the payer. Or it came back.

    He was self-employed when the deal was opened; what his profile says by now doesn't undo the income.
    """
    if payout.owner_user_id is None or payout.final_at is None:
        return
    agency_id = session.get_one(Deal, payout.deal_id).executor_organization_id
    if agency_id is None:
        return
    paid = session.execute(
        select(Split, PayoutItem.amount_kopecks)
        .join(PayoutItem, PayoutItem.split_id == Split.id)
        .where(PayoutItem.payout_id == payout.id)
    ).all()
    for split, amount in paid:
        found = _live_receipt(session, split)
        if found is not None:
            _ask_operator(session, payout, found, now)
        elif payout.status in _PAID:
            receipt = _receipt(split, amount, payout.final_at, now)
            receipt.payer_organization_id = agency_id
            _plan(session, receipt, now)


def _live_receipt(session: Session, split: Split) -> Receipt | None:
    return session.scalars(
        select(Receipt).where(
            Receipt.split_id == split.id,
            Receipt.kind == ReceiptKind.NPD,
            Receipt.status != ReceiptStatus.CANCELLED,
        )
    ).one_or_none()


def _ask_operator(session: Session, payout: Payout, receipt: Receipt, now: datetime) -> None:
    """Came back: its receipt tells of income that isn't there. Paid again beside that receipt: it may stay."""
    paid = payout.status in _PAID
    kind = "receipt_to_check" if paid else "receipt_to_cancel"
    reason = "paid_again" if paid else "payout_returned"
    tasks.open_task(session, kind, entity=("receipt", receipt.id), reason=reason, now=now)


def _receipt(split: Split, amount: Money, operation_time: datetime, now: datetime) -> Receipt:
    if split.owner_user_id is None:
        raise AssertionError("НПД is a person's tax")
    return Receipt(
        id=new_id(),
        kind=ReceiptKind.NPD,
        status=ReceiptStatus.PLANNED,
        deal_id=split.deal_id,
        schedule_id=split.schedule_id,
        split_id=split.id,
        taxpayer_id=split.owner_user_id,
        amount_kopecks=amount,
        operation_time=operation_time,
        created_at=now,
    )


def _plan(session: Session, receipt: Receipt, now: datetime) -> None:
    session.add(receipt)
    session.flush()
    audit.record(
        session,
        SYSTEM,
        "receipt.planned",
        entity=("receipt", receipt.id),
        after={"status": receipt.status, "amount_kopecks": receipt.amount_kopecks.kopecks},
        now=now,
    )
    session.execute(
        insert(NpdTask).values(
            id=new_id(),
            kind=NpdTaskKind.INCOME,
            taxpayer_id=receipt.taxpayer_id,
            receipt_id=receipt.id,
            status=NpdTaskStatus.QUEUED,
            tries=0,
            next_at=now,
            created_at=now,
        )
    )
