"""What a person does about a cash register's receipt: has one that failed made anew, or enters one that he found."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.receipts import kkt_matching, kkt_outcomes
from shared.receipts.errors import ReceiptNotFailed, ReceiptNotFound, ReceiptRegisteredAlready
from shared.receipts.kkt_models import KktReceipt
from shared.receipts.kkt_outcomes import Locked
from shared.receipts.models import Receipt, ReceiptStatus
from shared.tasks import service as tasks


class Registered(NamedTuple):
    """Digits that the tax service's page finds a receipt by."""

    document_number: str
    storage_number: str
    attribute: str


def retry(session: Session, receipt_id: UUID, *, actor: Actor, now: datetime) -> Receipt:
    """Ask for it under a new key; what it says stays the same.

    Of one whose outcome nobody can find out, whoever asks has seen in the register's cabinet that it isn't there.

    :raises ReceiptNotFound: no such receipt of a cash register
    :raises ReceiptNotFailed: it is registered, or may still come
    """
    found = _found(session, receipt_id)
    if found.receipt.status is not ReceiptStatus.FAILED and not found.is_left_to_a_person:
        raise ReceiptNotFailed
    kkt_outcomes.ask_anew(session, found, actor=actor, now=now)
    tasks.close_tasks(session, receipt_id, now=now)
    return found.receipt


def enter(
    session: Session, receipt_id: UUID, registered: Registered, *, actor: Actor, now: datetime
) -> Receipt:
    """The register has it, though it can't be asked or didn't say so: nothing is asked for any more.

    :raises ReceiptNotFound: no such receipt of a cash register
    :raises ReceiptRegisteredAlready: with numbers of its own
    """
    found = _found(session, receipt_id)
    if found.receipt.status is ReceiptStatus.REGISTERED:
        raise ReceiptRegisteredAlready
    found.kkt.failure_reason, found.kkt.unknown_since = None, None
    kkt_outcomes.settle(session, found, *registered, registered_at=now, actor=actor, now=now)
    kkt_matching.note_entered(session, found.kkt, now=now)
    return found.receipt


def _found(session: Session, receipt_id: UUID) -> Locked:
    if session.get(KktReceipt, receipt_id) is None:
        raise ReceiptNotFound
    return Locked(session, receipt_id)
