"""Whether a deal's receipts are done with."""

from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.receipts.models import Receipt, ReceiptStatus

_FINAL = (ReceiptStatus.DELIVERED, ReceiptStatus.CANCELLED)


def are_final(session: Session, deal_id: UUID) -> bool:
    """Every receipt of the deal reached its payer, or was cancelled."""
    waiting = exists().where(Receipt.deal_id == deal_id, Receipt.status.not_in(_FINAL))
    return not session.scalar(select(waiting))
