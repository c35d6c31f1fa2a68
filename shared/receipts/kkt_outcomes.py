"""What a cash register says about a receipt becomes its state, once; registered is for good."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.config import fiscal as settings
from shared.ports.fiscal import RegisteredReceipt, Registration
from shared.receipts.kkt_models import KktReceipt
from shared.receipts.models import Receipt, ReceiptStatus
from shared.tasks import service as tasks

#: kind of the task for a receipt that isn't registered
MISSING: Final = "kkt_receipt_missing"
_SHORTEST_GAP: Final = timedelta(seconds=30)
_LONGEST_GAP: Final = timedelta(hours=1)


class Locked:
    """A cash register's receipt, both of its rows locked."""

    def __init__(self, session: Session, receipt_id: UUID) -> None:
        self.receipt = session.get_one(Receipt, receipt_id, with_for_update=True, populate_existing=True)
        self.kkt = session.get_one(KktReceipt, receipt_id, with_for_update=True, populate_existing=True)

    @property
    def is_open(self) -> bool:
        return self.receipt.status in {ReceiptStatus.PLANNED, ReceiptStatus.SENDING}

    @property
    def is_left_to_a_person(self) -> bool:
        return self.receipt.status is ReceiptStatus.SENDING and self.kkt.next_at is None


def record(session: Session, receipt_id: UUID, truth: RegisteredReceipt, *, now: datetime) -> str:
    """Apply the register's view; the status that the receipt has afterwards."""
    found = Locked(session, receipt_id)
    if not found.is_open:
        return found.receipt.status
    kkt = found.kkt
    if truth.amount != found.receipt.amount_kopecks or _is_anothers(session, kkt, truth):
        return fail(session, found, "another_receipt", now=now)
    kkt.provider_receipt_id = truth.provider_id
    if truth.provider_id is None:
        kkt.accepted_at = now
    kkt.unknown_since = None
    match truth.state:
        case Registration.SUCCEEDED:
            numbers = truth.document_number, truth.storage_number, truth.attribute
            settle(session, found, *numbers, registered_at=truth.registered_at or now, now=now)
            return ReceiptStatus.REGISTERED
        case Registration.CANCELED:
            return fail(session, found, "register_refused", now=now)
        case Registration.UNKNOWN_STATUS:
            tasks.open_task(
                session,
                "unknown_receipt_status",
                entity=("receipt", receipt_id),
                reason="new_status",
                now=now,
            )
    return look_again(session, found, "not_registered", now=now)


def note_unknown(session: Session, receipt_id: UUID, *, now: datetime) -> str:
    """No trustworthy answer: it is found out later, and never made twice."""
    found = Locked(session, receipt_id)
    if not found.is_open:
        return found.receipt.status
    found.kkt.unknown_since = found.kkt.unknown_since or now
    look_again(session, found, "no_answer", now=now)
    return "unknown"


def leave_to_a_person(session: Session, receipt_id: UUID, *, now: datetime) -> str:
    """No trustworthy answer, and nobody to ask: never repeated by itself; the register's message still settles it."""
    found = Locked(session, receipt_id)
    if not found.is_open:
        return found.receipt.status
    found.kkt.unknown_since = found.kkt.unknown_since or now
    found.kkt.next_at = None
    tasks.open_task(session, MISSING, entity=("receipt", receipt_id), reason="outcome_unknown", now=now)
    return "unknown"


def await_message(session: Session, found: Locked, *, now: datetime) -> str:
    """The register has it, and can't be asked: once it should long have told, a person looks into its cabinet."""
    status = look_again(session, found, "register_cannot_be_asked", now=now)
    if now - found.kkt.due_at >= settings.load().registered_within:
        found.kkt.next_at = None
    return status


def refused(session: Session, receipt_id: UUID, code: str, *, now: datetime) -> str:
    """:param code: the provider's own word"""
    found = Locked(session, receipt_id)
    return fail(session, found, code[:64], now=now) if found.is_open else found.receipt.status


def look_again(session: Session, found: Locked, reason: str, *, now: datetime) -> str:
    """At growing gaps, half a minute to an hour; a person hears of it once it should long have been there."""
    kkt = found.kkt
    waited = now - (kkt.sent_at or kkt.due_at)
    kkt.next_at = now + min(max(waited / 2, _SHORTEST_GAP), _LONGEST_GAP)
    if now - kkt.due_at >= settings.load().registered_within:
        tasks.open_task(session, MISSING, entity=("receipt", kkt.receipt_id), reason=reason, now=now)
    return found.receipt.status


def fail(session: Session, found: Locked, reason: str, *, now: datetime) -> str:
    """It will not be registered by itself: a person has it made anew."""
    found.kkt.next_at = None
    found.kkt.failure_reason = reason
    tasks.open_task(session, MISSING, entity=("receipt", found.kkt.receipt_id), reason=reason, now=now)
    move(session, found, ReceiptStatus.FAILED, now=now, reason=reason)
    return ReceiptStatus.FAILED


def ask_anew(session: Session, found: Locked, *, actor: Actor = SYSTEM, now: datetime) -> None:
    """Another attempt, under a key of its own; what was sent before is known to have made nothing."""
    kkt = found.kkt
    kkt.attempt += 1
    kkt.provider_key = uuid4()
    kkt.carried = False
    kkt.provider_receipt_id = None
    kkt.sent_at, kkt.accepted_at, kkt.unknown_since, kkt.failure_reason = None, None, None, None
    kkt.next_at = now
    move(session, found, ReceiptStatus.PLANNED, actor=actor, now=now, attempt=kkt.attempt)


def move(
    session: Session,
    found: Locked,
    status: ReceiptStatus,
    *,
    actor: Actor = SYSTEM,
    now: datetime,
    **facts: str | int,
) -> None:
    before, found.receipt.status = found.receipt.status, status
    audit.record(
        session,
        actor,
        f"receipt.{status}",
        entity=("receipt", found.receipt.id),
        before={"status": before},
        after={"status": status, **facts},
        now=now,
    )


def settle(
    session: Session,
    found: Locked,
    document_number: str | None,
    storage_number: str | None,
    attribute: str | None,
    *,
    registered_at: datetime,
    actor: Actor = SYSTEM,
    now: datetime,
) -> None:
    """It is registered, for good; what a person was asked about it is done."""
    kkt = found.kkt
    kkt.document_number, kkt.storage_number, kkt.attribute = document_number, storage_number, attribute
    kkt.next_at = None
    found.receipt.registered_at = registered_at
    tasks.close_tasks(session, kkt.receipt_id, now=now)
    move(session, found, ReceiptStatus.REGISTERED, actor=actor, now=now)


def _is_anothers(session: Session, kkt: KktReceipt, truth: RegisteredReceipt) -> bool:
    return truth.provider_id is not None and bool(
        session.scalar(
            select(
                exists().where(
                    KktReceipt.provider == kkt.provider,
                    KktReceipt.provider_receipt_id == truth.provider_id,
                    KktReceipt.receipt_id != kkt.receipt_id,
                )
            )
        )
    )
