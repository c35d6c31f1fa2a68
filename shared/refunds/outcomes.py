"""What the provider says about a refund becomes its state and the books', once; final states don't change back."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from shared.inbox import service as inbox
from shared.ledger import refund_flows
from shared.ledger.accounts import Account
from shared.observability import log
from shared.payments.models import Payment
from shared.payments.recording import Claim
from shared.ports.payments import ProviderRefund, RefundState
from shared.refunds import covering, ending, finding, trail
from shared.refunds.finding import Locked
from shared.refunds.lifecycle import DECIDED, ON_THE_WAY
from shared.refunds.models import Refund, RefundStatus
from shared.refunds.undoing import undo
from shared.tasks import service as tasks

#: what else a refund that succeeded causes, in the same transaction
RefundConsequence = Callable[[Session, Refund, datetime], None]

#: kind of the task for what the provider sees otherwise
CONTRADICTED: Final = "refund_contradicted"
#: kind of the task for one whose outcome nobody knows
UNKNOWN: Final = "refund_unknown"
#: after so long without a trustworthy answer a person must look
UNKNOWN_FOR: Final = timedelta(hours=24)
FIRST_LOOK: Final = timedelta(seconds=30)
_LONGEST_GAP: Final = timedelta(hours=1)
#: the provider's word for money that isn't there yet: asked anew, under a new key, once it is
_LACKS_MONEY: Final = "insufficient_funds"
_FINAL: Final = frozenset({RefundState.SUCCEEDED, RefundState.CANCELED})


def record(
    session: Session,
    refund_id: UUID,
    truth: ProviderRefund,
    claim: Claim,
    *,
    on_refunded: RefundConsequence,
    now: datetime,
) -> RefundStatus:
    """Apply the provider's view to a refund; the status it has afterwards.

    The inbox keeps what was final, once for message and schedule; that a refund ends once is its own state's rule,
    since a message may have been kept before it could be told whose it was.
    """
    found = finding.locked(session, refund_id)
    refund = found.refund
    if truth.state in _FINAL:
        key = f"refund.{truth.state}:{truth.provider_id}"
        inbox.take(
            session, provider=claim.provider, event_key=key, body=claim.body, outcome="recorded", now=now
        )
    if refund.status in ON_THE_WAY:
        _go_on(session, found, truth, on_refunded, now)
    elif not _is_same(session, refund, truth):
        # Of an attempt for which the provider had lacked the money, or another's: it must not have happened.
        if truth.state is RefundState.SUCCEEDED:
            _tell(session, refund, "other_refund", now)
    elif refund.status in DECIDED and truth.state is RefundState.SUCCEEDED:
        _tell(session, refund, "not_sent", now)
    elif refund.status is RefundStatus.FAILED and truth.state is RefundState.SUCCEEDED:
        _tell(session, refund, "succeeded_at_provider", now)
    elif refund.status is RefundStatus.SUCCEEDED and truth.state is RefundState.CANCELED:
        _tell(session, refund, "canceled_at_provider", now)
    return refund.status


def note_unknown(session: Session, refund_id: UUID, *, now: datetime) -> RefundStatus:
    """No trustworthy answer: the money stays set aside, and there is never a second refund."""
    refund = finding.locked(session, refund_id).refund
    if refund.status not in ON_THE_WAY:
        return refund.status
    stay_unknown(session, refund, now=now)
    ask_about_unknown(session, refund, now=now)
    return refund.status


def stay_unknown(session: Session, refund: Refund, *, now: datetime) -> None:
    """:param refund: locked, and on its way"""
    refund.unknown_since = refund.unknown_since or now
    refund.next_at = next_look(refund, now)
    if refund.status is not RefundStatus.UNKNOWN:
        trail.move(session, refund, RefundStatus.UNKNOWN, now=now)


def ask_about_unknown(session: Session, refund: Refund, *, now: datetime) -> None:
    """A person must look, where nobody has known its outcome for long."""
    if refund.unknown_since is not None and now - refund.unknown_since >= UNKNOWN_FOR:
        _ask_operator(session, refund, UNKNOWN, "no_answer", now)


def refused(session: Session, refund_id: UUID, code: str, *, now: datetime) -> RefundStatus:
    """The provider refused to make it. Where an earlier try may have been made, that tells nothing about the earlier one.

    :param code: the provider's own word
    """
    found = finding.locked(session, refund_id)
    refund = found.refund
    if refund.status is not RefundStatus.SENDING or refund.provider_refund_id is not None:
        log.write("refund_repeat_refused", level="warning", refund_id=str(refund_id), provider_code=code[:64])
        return note_unknown(session, refund_id, now=now)
    _end_without_money(session, found, code, now)
    return refund.status


def next_look(refund: Refund, now: datetime) -> datetime:
    """At growing gaps since it was sent, 30 seconds to an hour: a refund by СБП may take until the next day."""
    waited = now - (refund.sent_at or now)
    return now + min(max(waited / 2, FIRST_LOOK), _LONGEST_GAP)


def _go_on(
    session: Session, found: Locked, truth: ProviderRefund, on_refunded: RefundConsequence, now: datetime
) -> None:
    refund = found.refund
    if not _is_same(session, refund, truth):
        _stop(session, refund, now)
        return
    refund.provider_refund_id = truth.provider_id
    if truth.state is RefundState.SUCCEEDED:
        _succeed(session, found, now)
        on_refunded(session, refund, now)
    elif truth.state is RefundState.CANCELED:
        _end_without_money(session, found, truth.cancellation_reason or "no_reason", now)
    else:
        refund.unknown_since = None
        refund.next_at = next_look(refund, now)
        if refund.status is RefundStatus.UNKNOWN:
            trail.move(session, refund, RefundStatus.SENDING, reason="found", now=now)
        if truth.state is RefundState.UNKNOWN_STATUS:
            _ask_operator(session, refund, "unknown_refund_status", truth.raw_status[:64], now)


def _succeed(session: Session, found: Locked, now: datetime) -> None:
    refund = found.refund
    refund_flows.refund_succeeded(
        session,
        refund_id=refund.id,
        refunded_from=Account(refund.refunded_from),
        amount=refund.amount_kopecks,
        occurred_at=now,
    )
    refund.final_at, refund.next_at, refund.unknown_since = now, None, None
    trail.move(session, refund, RefundStatus.SUCCEEDED, now=now)
    session.flush()
    ending.after_success(session, found, now=now)


def _end_without_money(session: Session, found: Locked, reason: str, now: datetime) -> None:
    """The payer got nothing: for want of money it is asked anew later, else it will not be."""
    refund = found.refund
    if reason == _LACKS_MONEY:
        refund.attempt += 1
        refund.provider_key = uuid4()
        refund.provider_refund_id = refund.unknown_since = refund.sent_at = None
        covering.wait(session, refund, "provider_lacks_money", now)
        return
    refund.failure_reason = reason[:64]
    refund.final_at, refund.next_at, refund.unknown_since = now, None, None
    trail.move(session, refund, RefundStatus.FAILED, reason=reason[:64], now=now)
    session.flush()
    undo(session, refund, found.step, now=now)
    _ask_operator(session, refund, "refund_failed", reason[:64], now)


def _is_same(session: Session, refund: Refund, truth: ProviderRefund) -> bool:
    """The sum that was asked for, of the payment, and the object that was made for it."""
    payment = session.get_one(Payment, refund.payment_id)
    return (
        refund.provider_refund_id in {None, truth.provider_id}
        and truth.amount == refund.amount_kopecks
        and truth.provider_payment_id == payment.provider_payment_id
    )


def _stop(session: Session, refund: Refund, now: datetime) -> None:
    """Another sum or another object than was asked for: nothing is posted, a person must look."""
    if refund.status is not RefundStatus.UNKNOWN:
        trail.move(session, refund, RefundStatus.UNKNOWN, reason="other_refund", now=now)
    refund.unknown_since = refund.unknown_since or now
    refund.next_at = refund.unmade_since = None
    _tell(session, refund, "other_refund", now)


def _tell(session: Session, refund: Refund, reason: str, now: datetime) -> None:
    log.error(CONTRADICTED, refund_id=str(refund.id), reason=reason)
    _ask_operator(session, refund, CONTRADICTED, reason, now)


def _ask_operator(session: Session, refund: Refund, kind: str, reason: str, now: datetime) -> None:
    tasks.open_task(session, kind, entity=("refund", refund.id), reason=reason, now=now)
