"""A cash register's receipt that failed is asked for anew, by a person's word."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.receipts import kkt_outcomes
from shared.receipts.errors import ReceiptNotFailed, ReceiptNotFound
from shared.receipts.kkt_models import KktReceipt
from shared.receipts.kkt_outcomes import Locked
from shared.receipts.models import Receipt, ReceiptStatus
from shared.tasks import service as tasks


def retry(session: Session, receipt_id: UUID, *, actor: Actor, now: datetime) -> Receipt:
    """Ask for it under a new key; what it says stays the same.

    :raises ReceiptNotFound: no such receipt of a cash register
    :raises ReceiptNotFailed: it is registered, or may still come
    """
    if session.get(KktReceipt, receipt_id) is None:
        raise ReceiptNotFound
    found = Locked(session, receipt_id)
    if found.receipt.status is not ReceiptStatus.FAILED:
        raise ReceiptNotFailed
    kkt_outcomes.ask_anew(session, found, actor=actor, now=now)
    tasks.close_tasks(session, receipt_id, now=now)
    return found.receipt
