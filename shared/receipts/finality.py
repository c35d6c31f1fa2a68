"""Whether a deal's receipts are done with."""

from typing import Final
from uuid import UUID

from sqlalchemy import and_, exists, not_, or_, select
from sqlalchemy.orm import Session

from shared.receipts.kkt_models import KktKind, KktReceipt
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus

_FINAL: Final = or_(
    Receipt.status.in_((ReceiptStatus.DELIVERED, ReceiptStatus.CANCELLED)),
    # The operator of fiscal data sends it on, and nobody tells us.
    and_(Receipt.kind == ReceiptKind.KKT, Receipt.status == ReceiptStatus.REGISTERED),
)


def are_final(session: Session, deal_id: UUID) -> bool:
    """Every receipt of the deal reached its payer, or was cancelled; no prepayment waits for its offset."""
    waiting = exists().where(Receipt.deal_id == deal_id, not_(_FINAL))
    not_offset = exists().where(
        Receipt.deal_id == deal_id,
        KktReceipt.receipt_id == Receipt.id,
        KktReceipt.kkt_kind == KktKind.PREPAYMENT,
        KktReceipt.offset_whole_at.is_(None),
    )
    return not session.scalar(select(waiting | not_offset))
