"""Crediting a step with its client's money, in the transaction that found the provider's payment true."""

from datetime import datetime

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.deals import moving
from shared.deals.models import Deal, DealStatus, DealTerms, PaymentStep, StepStatus
from shared.deals.releasing import due_once_paid, release_due_at
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import flows
from shared.ledger.posting import Cause
from shared.observability import checkpoints
from shared.payments import bank_deals, booking, closing
from shared.payments.finding import Found
from shared.payments.models import (
    OPEN,
    IntentStatus,
    Payment,
    PaymentStatus,
)
from shared.payments.rules import rule_of
from shared.payments.splits import split
from shared.payments.trail import record_change
from shared.ports.payments import ProviderPayment
from shared.tasks import service as tasks


def credit_step(session: Session, truth: ProviderPayment, found: Found, now: datetime) -> Payment:
    """A planned step is paid: payment, splits (held), postings, and the states of intent, step and deal.

    The sum is the intent's.
    """
    intent, deal, step, terms = found.intent, found.deal, found.step, found.terms
    payment, before = _payment(truth, found, now), intent.status
    shares = split(payment.amount_kopecks, rule_of(deal, terms))
    due_at = due_once_paid(step, terms, payment.occurred_at)
    booking.book(session, payment, step, intent, shares, release_due_at=due_at, now=now)
    checkpoints.reached("bank_events.booked")
    _remember_place(session, payment, deal, now)
    _move_deal(session, deal, now)
    _post(session, payment, found)
    checkpoints.reached("bank_events.posted")
    if before not in OPEN:  # an open link is its step's only one
        closing.close_others(session, "step_paid", deal_id=deal.id, step_id=step.id, but=intent.id, now=now)
    _record(session, payment, found, before, now)
    if truth.refunded != Money.zero():
        tasks.open_task(
            session,
            "refunded_at_provider",
            entity=("payment", payment.id),
            reason="refund_unrecorded",
            now=now,
        )
    checkpoints.reached("bank_events.applied")
    return payment


def pay_off(
    session: Session, payment: Payment, step: PaymentStep, deal: Deal, terms: DealTerms, now: datetime
) -> None:
    """The step's money is there, and the deal goes on; the caller closes the links by which nobody is to pay again."""
    step.status = StepStatus.PAID
    step.paid_at = payment.occurred_at
    step.release_due_at = release_due_at(step, terms)
    _move_deal(session, deal, now)


def divide(session: Session, payment: Payment, deal: Deal, terms: DealTerms, now: datetime) -> None:
    """A payment of a step is held for those who share in it."""
    _remember_place(session, payment, deal, now)
    session.flush()
    shares = split(payment.amount_kopecks, rule_of(deal, terms))
    booking.hold(session, payment, shares, now=now)


def _remember_place(session: Session, payment: Payment, deal: Deal, now: datetime) -> None:
    bank_deals.remember(
        session, deal_id=deal.id, terminal=payment.provider, bank_deal_id=payment.bank_deal, now=now
    )


def _record(
    session: Session, payment: Payment, found: Found, intent_before: IntentStatus, now: datetime
) -> None:
    audit.record(
        session,
        SYSTEM,
        "payment.recorded",
        entity=("payment", payment.id),
        after={
            "status": payment.status,
            "amount_kopecks": payment.amount_kopecks.kopecks,
            "late": payment.late,
            "step_no": found.step.step_no,
        },
        now=now,
    )
    record_change(
        session, found.intent.id, before=intent_before, after=IntentStatus.PAID, actor=SYSTEM, now=now
    )


def _payment(truth: ProviderPayment, found: Found, now: datetime) -> Payment:
    intent = found.intent
    return Payment(
        id=new_id(),
        intent_id=intent.id,
        deal_id=intent.deal_id,
        schedule_id=intent.schedule_id,
        provider=intent.provider,
        provider_payment_id=truth.provider_id,
        amount_kopecks=truth.amount,
        charge_kopecks=charge_of(truth),
        bank_deal=bank_deals.place_of(truth, intent),
        status=PaymentStatus.RECEIVED,
        late=intent.status not in OPEN,
        terms_sha256=found.terms.sha256,
        occurred_at=truth.captured_at or now,
        recorded_at=now,
    )


def _post(session: Session, payment: Payment, found: Found) -> None:
    if found.terms.sha256 is None:
        raise AssertionError("frozen terms have their hash")
    flows.payment_received(
        session,
        provider=payment.provider,
        payment_id=payment.id,
        deal_id=found.deal.id,
        step_no=found.step.step_no,
        gross=payment.amount_kopecks,
        bank_deal=payment.bank_deal,
        terms_sha256=found.terms.sha256,
        document_id=found.contract_id,
        occurred_at=payment.occurred_at,
    )
    checkpoints.reached("bank_events.received")
    post_charge(session, payment)


def post_charge(session: Session, payment: Payment) -> None:
    """The provider's charge is the platform's cost, and the platform makes up for it at once.

    A deal at the bank keeps its whole sum (docs/decisions/charges-of-bank-deals.md), so there is nothing to make up for.
    """
    if payment.charge_kopecks == Money.zero():
        return
    cause = Cause(payment_id=payment.id)
    reference = f"payment:{payment.id}"
    if payment.bank_deal is not None:
        flows.charge_paid(
            session,
            reference=reference,
            charge=payment.charge_kopecks,
            occurred_at=payment.occurred_at,
            cause=cause,
        )
        return
    flows.provider_charge(
        session,
        provider=payment.provider,
        reference=reference,
        charge=payment.charge_kopecks,
        occurred_at=payment.occurred_at,
        cause=cause,
    )
    checkpoints.reached("bank_events.charged")
    flows.charge_covered(
        session,
        reference=reference,
        charge=payment.charge_kopecks,
        occurred_at=payment.occurred_at,
        cause=cause,
    )


def charge_of(truth: ProviderPayment) -> Money:
    """What the provider keeps; nothing while it doesn't say, which the daily reconciliation finds."""
    if truth.income is None or not Money.zero() <= truth.income <= truth.amount:
        return Money.zero()
    return truth.amount - truth.income


def _move_deal(session: Session, deal: Deal, now: datetime) -> None:
    # After a refusal or an expiry the deal went back to signed; late money takes it the same way.
    if deal.status is DealStatus.SIGNED:
        moving.move(session, deal, DealStatus.PAYMENT_PENDING, actor=SYSTEM, now=now)
    if deal.status is DealStatus.PAYMENT_PENDING:
        moving.move(session, deal, DealStatus.IN_PROGRESS, actor=SYSTEM, now=now)
