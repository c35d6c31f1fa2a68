"""What the tax service's answer changes: one transaction per answer, the task locked."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple, assert_never
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.observability import log
from shared.outbox import service as outbox
from shared.outbox.models import Topic
from shared.ports.tax import (
    BindStarted,
    BindStatus,
    MessageLost,
    Processing,
    ReceiptRegistered,
    TaxAnswer,
    TaxRefusal,
)
from shared.receipts import binding
from shared.receipts.delivery import DELIVER
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding, NpdTask, NpdTaskKind, NpdTaskStatus
from shared.receipts.views import seal_link
from shared.tasks import service as tasks

_FIRST_GAP: Final = timedelta(seconds=30)
_LONGEST_GAP: Final = timedelta(hours=1)
#: after so long without a receipt a person must look
STUCK_AFTER: Final = timedelta(hours=24)
LIVE: Final = (NpdTaskStatus.QUEUED, NpdTaskStatus.SENT)
#: how long a taxpayer may take to confirm in his application
_CONFIRM_WITHIN: Final = timedelta(days=14)
_ALREADY_BOUND: Final = "TAXPAYER_ALREADY_BOUND"
_TRY_AGAIN: Final = frozenset({"INTERNAL_ERROR", "FAILED"})
#: the service's word → ours for a receipt that waits; any other word is "npd_refused"
_BLOCKS: Final = {
    "TAXPAYER_UNBOUND": "npd_unbound",
    "PERMISSION_NOT_GRANTED": "npd_permission_missing",
    "TAXPAYER_UNREGISTERED": "npd_unregistered",
    "REQUEST_VALIDATION_ERROR": "npd_invalid",
    "PARTNER_DENY": "npd_partner_denied",
}


class Step(NamedTuple):
    """What the driver does next with a task: poll or send again at once, or leave it."""

    go_on: bool
    outcome: str


def apply(session: Session, task_id: UUID, answer: TaxAnswer, *, now: datetime) -> Step:
    """Record an answer to a sent message; an answer that came too late changes nothing."""
    task = locked(session, task_id)
    if task.status is not NpdTaskStatus.SENT:
        return Step(go_on=False, outcome="late")
    match answer:
        case Processing():
            return Step(go_on=True, outcome="processing")
        case MessageLost():
            _queue(task, now)
            return Step(go_on=True, outcome="lost")
        case BindStarted():
            return _bind_started(session, task, answer, now)
        case BindStatus():
            return _bind_status(session, task, answer, now)
        case ReceiptRegistered():
            return _registered(session, task, answer, now)
        case TaxRefusal():
            return _refused(session, task, answer.code, now)
        case _:
            assert_never(answer)


def stop(session: Session, task_id: UUID, code: str, *, now: datetime) -> Step:
    """What can't be sent at all: a person must mend it."""
    return _refused(session, locked(session, task_id), code, now)


def locked(session: Session, task_id: UUID) -> NpdTask:
    return session.get_one(NpdTask, task_id, with_for_update=True, populate_existing=True)


def wait(session: Session, task_id: UUID, *, now: datetime) -> None:
    """No answer yet, or none that can be trusted: it goes on where it was, at growing gaps of 30 seconds to an hour."""
    task = locked(session, task_id)
    if task.status in LIVE:
        task.next_at = _next_try(session, task, now)


def _next_try(session: Session, task: NpdTask, now: datetime) -> datetime:
    """One more try has been in vain; an income that has had no receipt for a day is told to an operator."""
    task.tries += 1
    if task.receipt_id is None or now - task.created_at < STUCK_AFTER:
        return now + min(_FIRST_GAP * (1 << min(task.tries, 10)), _LONGEST_GAP)
    tasks.open_task(
        session, "receipt_stuck", entity=("receipt", task.receipt_id), reason="no_receipt", now=now
    )
    return now + _LONGEST_GAP


def _bind_started(session: Session, task: NpdTask, answer: BindStarted, now: datetime) -> Step:
    found = session.get_one(NpdBinding, task.taxpayer_id, with_for_update=True)
    before, found.status = found.status, BindingStatus.WAITING
    found.external_id = answer.binding_id
    found.held_inn_index = found.inn_index
    binding.record_change(session, found, before=before, actor=SYSTEM, now=now)
    _finish(task, now)
    binding.ask(session, NpdTaskKind.BIND_STATUS, task.taxpayer_id, now=now)
    return Step(go_on=False, outcome="bind_started")


def _bind_status(session: Session, task: NpdTask, answer: BindStatus, now: datetime) -> Step:
    if answer.result == "COMPLETED":
        _finish(task, now)
        binding.settle(session, task.taxpayer_id, BindingStatus.BOUND, answer.permissions, now=now)
        return Step(go_on=False, outcome="bound")
    if answer.result == "FAILED" or now - task.created_at > _CONFIRM_WITHIN:
        _finish(task, now)
        if answer.result == "FAILED":
            binding.disown(session, task.taxpayer_id)
        binding.settle(session, task.taxpayer_id, BindingStatus.REJECTED, (), now=now)
        return Step(go_on=False, outcome="rejected")
    # Each question about the binding is a message of its own.
    _queue(task, _next_try(session, task, now))
    return Step(go_on=False, outcome="waiting")


def _registered(session: Session, task: NpdTask, answer: ReceiptRegistered, now: datetime) -> Step:
    if task.receipt_id is None:
        return _refused(session, task, "ANSWER_TO_ANOTHER_QUESTION", now)
    receipt = session.get_one(Receipt, task.receipt_id, with_for_update=True, populate_existing=True)
    link = seal_link(session, receipt, answer.link, now=now)
    _finish(task, now)
    before, receipt.status = receipt.status, ReceiptStatus.REGISTERED
    receipt.external_id, receipt.link = answer.receipt_id, link
    receipt.hold_reason = None
    receipt.registered_at = now
    outbox.ask(
        session,
        Topic.JOBS,
        DELIVER,
        {"receipt_id": str(receipt.id)},
        dedupe_key=f"{DELIVER}:{receipt.id}",
        now=now,
    )
    audit.record(
        session,
        SYSTEM,
        "receipt.registered",
        entity=("receipt", receipt.id),
        before={"status": before},
        after={"status": receipt.status},
        now=now,
    )
    return Step(go_on=False, outcome="registered")


def _refused(session: Session, task: NpdTask, code: str, now: datetime) -> Step:
    task.last_code = code[:64]
    log.write("tax_refusal", level="warning", provider_code=code[:64], kind=task.kind)
    if code in _TRY_AGAIN:
        _queue(task, _next_try(session, task, now))
        return Step(go_on=False, outcome="try_again")
    if task.kind is not NpdTaskKind.INCOME:
        return _binding_refused(session, task, code, now)
    _block(session, task, code, now)
    return Step(go_on=False, outcome="blocked")


def _binding_refused(session: Session, task: NpdTask, code: str, now: datetime) -> Step:
    found = session.get_one(NpdBinding, task.taxpayer_id, with_for_update=True)
    if code == _ALREADY_BOUND and task.kind is NpdTaskKind.BIND:
        if binding.was_held(session, found):
            _finish(task, now)
            # The answer names no permissions; one that is missing will be told by the first receipt.
            binding.settle(session, task.taxpayer_id, BindingStatus.BOUND, binding.PERMISSIONS, now=now)
            return Step(go_on=False, outcome="bound")
        # Bound by somebody, but never by this person here: it may be somebody else's INN.
        tasks.open_task(
            session, "npd_binding_refused", entity=("user", found.user_id), reason="already_bound", now=now
        )
    task.status = NpdTaskStatus.FAILED
    task.done_at = now
    binding.settle(session, task.taxpayer_id, BindingStatus.REJECTED, (), now=now)
    return Step(go_on=False, outcome="rejected")


def _block(session: Session, task: NpdTask, code: str, now: datetime) -> None:
    reason = _BLOCKS.get(code, "npd_refused")
    task.status = NpdTaskStatus.FAILED
    task.done_at = now
    receipt = session.get_one(Receipt, task.receipt_id, with_for_update=True, populate_existing=True)
    before, receipt.status = receipt.status, ReceiptStatus.BLOCKED
    receipt.hold_reason = reason
    if reason in binding.UNBOUND:
        binding.lose(session, task.taxpayer_id, now=now)
    tasks.open_task(session, "receipt_blocked", entity=("receipt", receipt.id), reason=reason, now=now)
    audit.record(
        session,
        SYSTEM,
        "receipt.blocked",
        entity=("receipt", receipt.id),
        before={"status": before},
        after={"status": receipt.status, "reason": reason},
        now=now,
    )


def _queue(task: NpdTask, at: datetime) -> None:
    task.status = NpdTaskStatus.QUEUED
    task.message_id = None
    task.next_at = at


def _finish(task: NpdTask, now: datetime) -> None:
    task.status = NpdTaskStatus.DONE
    task.done_at = now
