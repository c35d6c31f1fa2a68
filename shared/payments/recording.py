"""The provider's truth about a payment becomes the books' truth, in one transaction, once.

Its truth is what counts: a message only says when to ask. The inbox key is made from the truth too, so a message
that claims more than happened leaves nothing behind and blocks nothing, and webhook and poller dedupe each other.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.deals import lifecycle
from shared.deals.models import DealStatus, StepStatus
from shared.inbox import service as inbox
from shared.kernel.identifiers import new_id
from shared.observability import checkpoints, log
from shared.payments import closing, finding, intents, suspense
from shared.payments.crediting import charge_of, credit_step, post_charge
from shared.payments.finding import Found
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from shared.ports.payments import PaymentState, ProviderPayment
from shared.tasks import service as tasks

#: what else a recorded payment causes, in the same transaction
PaymentConsequence = Callable[[Session, Payment, datetime], None]

#: a late payment is welcome in these states; in all others its money goes to suspense
WELCOMING: Final = lifecycle.PAYABLE | {DealStatus.DISPUTE}
_EXPIRY: Final = "expired_on_confirmation"


class Claim(NamedTuple):
    """Where the news came from, for the inbox: the provider's name and the message as it arrived."""

    provider: str
    body: str


def record(
    session: Session, truth: ProviderPayment, claim: Claim, *, on_paid: PaymentConsequence, now: datetime
) -> str:
    """Apply what the provider says now; the answer is a word for logs.

    ``still_open`` (nothing is final), ``recorded``, ``suspense``, ``closed``, ``unmatched`` (no money and not ours),
    ``unknown_status``, ``foreign_currency``, or ``repeated``.
    """
    if truth.state is PaymentState.SUCCEEDED:
        return _record_money(session, truth, claim, on_paid, now)
    intent_id = finding.intent_id(session, claim.provider, truth)
    if truth.state is PaymentState.UNKNOWN_STATUS:
        return _unknown_status(session, truth, intent_id, now)
    if truth.state is PaymentState.PENDING:
        if intent_id is not None:
            intents.attach(session, intent_id, truth, now=now)
        return "still_open"
    return _record_end(session, truth, claim, intent_id, now)


def _record_end(
    session: Session, truth: ProviderPayment, claim: Claim, intent_id: UUID | None, now: datetime
) -> str:
    if not _take(session, truth, claim, "unmatched" if intent_id is None else "closed", now):
        return "repeated"
    if intent_id is None:
        return "unmatched"
    reason = truth.cancellation_reason or "no_reason"
    closing.close(session, intent_id, _end_of(session, intent_id, reason), reason, now=now)
    return "closed"


def _end_of(session: Session, intent_id: UUID, reason: str) -> IntentStatus:
    if session.get_one(PaymentIntent, intent_id).cancel_asked_at is not None:
        return IntentStatus.CANCELLED
    return IntentStatus.EXPIRED if reason == _EXPIRY else IntentStatus.FAILED


def _record_money(
    session: Session, truth: ProviderPayment, claim: Claim, on_paid: PaymentConsequence, now: datetime
) -> str:
    found = finding.locked(session, claim.provider, truth)
    if found is None:
        return _to_suspense(session, truth, claim, None, "unknown_intent", now)
    checkpoints.reached("bank_events.locked")
    if truth.currency != "RUB":
        return _foreign_currency(session, truth, claim, found.intent, now)
    misfit = _misfit(truth, found)
    if misfit is not None:
        return _to_suspense(session, truth, claim, found.intent, misfit, now)
    if not _take(session, truth, claim, "recorded", now):
        return "repeated"
    checkpoints.reached("bank_events.taken")
    with audit.together(session):
        payment = credit_step(session, truth, found, now)
        on_paid(session, payment, now)
        checkpoints.reached("bank_events.consequences")
    return "recorded"


def _misfit(truth: ProviderPayment, found: Found) -> str | None:
    """Why the money can't be credited to the step that its link was for."""
    if truth.amount != found.intent.amount_kopecks:
        return "amount_mismatch"
    if found.step.status is not StepStatus.PLANNED:
        return "step_parted" if found.step.status is StepStatus.PARTED else "second_payment"
    return None if found.deal.status in WELCOMING else "deal_not_payable"


def _to_suspense(
    session: Session,
    truth: ProviderPayment,
    claim: Claim,
    intent: PaymentIntent | None,
    reason: str,
    now: datetime,
) -> str:
    if truth.currency != "RUB":
        return _foreign_currency(session, truth, claim, intent, now)
    if not _take(session, truth, claim, "suspense", now):
        return "repeated"
    payment = suspense.receive(
        session,
        truth,
        provider=claim.provider,
        intent=intent,
        charge=charge_of(truth),
        reason=reason,
        now=now,
    )
    post_charge(session, payment)
    if intent is not None:
        closing.close(session, intent.id, IntentStatus.FAILED, reason, now=now)
    return "suspense"


def _foreign_currency(
    session: Session, truth: ProviderPayment, claim: Claim, intent: PaymentIntent | None, now: datetime
) -> str:
    """The ledger knows roubles only: a person must look."""
    if not _take(session, truth, claim, "foreign_currency", now):
        return "repeated"
    entity = ("payment_intent", intent.id if intent is not None else new_id())
    tasks.open_task(session, "foreign_currency", entity=entity, reason="currency_mismatch", now=now)
    if intent is not None:
        closing.close(session, intent.id, IntentStatus.FAILED, "currency_mismatch", now=now)
    return "foreign_currency"


def _unknown_status(session: Session, truth: ProviderPayment, intent_id: UUID | None, now: datetime) -> str:
    log.error("unknown_payment_status", provider_status=truth.raw_status)
    if intent_id is not None:
        entity = ("payment_intent", intent_id)
        tasks.open_task(session, "unknown_payment_status", entity=entity, reason="new_status", now=now)
    return "unknown_status"


def _take(session: Session, truth: ProviderPayment, claim: Claim, outcome: str, now: datetime) -> bool:
    key = f"payment.{truth.state}:{truth.provider_id}"
    taken = inbox.take(
        session, provider=claim.provider, event_key=key, body=claim.body, outcome=outcome, now=now
    )
    return taken is not None
