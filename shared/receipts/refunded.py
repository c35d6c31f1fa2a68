"""A refund that succeeded: a cash register gives the return, and what tells of too much income a person sets right."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.receipts import kkt_planning
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.refunds.models import Refund, RefundPart
from shared.tasks import service as tasks


def of_refund(session: Session, refund: Refund, now: datetime) -> None:
    """Each live НПД receipt of a split that gave is to be cancelled and, where a part of the income stays, made anew."""
    kkt_planning.of_refund(session, refund, now)
    receipts = session.scalars(
        select(Receipt)
        .join(RefundPart, RefundPart.split_id == Receipt.split_id)
        .where(
            RefundPart.refund_id == refund.id,
            Receipt.kind == ReceiptKind.NPD,
            Receipt.status != ReceiptStatus.CANCELLED,
        )
    )
    for receipt in receipts:
        tasks.open_task(
            session, "receipt_to_cancel", entity=("receipt", receipt.id), reason="refunded", now=now
        )
