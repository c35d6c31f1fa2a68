"""An operator finds the step that a payment in suspense was meant for: it is credited as if it had come there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals import lifecycle
from shared.deals import service as deals
from shared.deals.errors import DealNotPayable
from shared.deals.models import Deal, PaymentStep, StepStatus
from shared.documents.models import DocumentKind
from shared.documents.papers import paper_of
from shared.ledger import accounts, refund_flows
from shared.ledger.posting import Cause
from shared.payments import closing, crediting, suspense, terminals
from shared.payments.errors import PaymentNotFound, StepNotOpen, StepParted
from shared.payments.models import BankDeal, Payment, PaymentIntent, PaymentStatus
from shared.payments.placing_errors import NotInSuspense, OfAnotherTerminal, PlacedSumDiffers
from shared.payments.recording import WELCOMING, PaymentConsequence
from shared.tasks import service as tasks


def place(
    session: Session,
    *,
    payment_id: UUID,
    deal_id: UUID,
    step_no: int,
    on_paid: PaymentConsequence,
    actor: Actor,
    now: datetime,
) -> Payment:
    """Credit a planned step of the same sum with the payment, and settle its task.

    :param on_paid: what a credited payment causes besides, in its transaction
    :raises PaymentNotFound, DealNotFound, StepNotFound: as they say
    :raises NotInSuspense: it was placed, or goes back
    :raises DealNotPayable, StepNotOpen, StepParted: the deal or the step takes no money
    :raises PlacedSumDiffers: a step is paid whole, by one payment
    :raises OfAnotherTerminal: the money lies where this deal's money never does
    """
    deal = deals.deal_for_update(session, deal_id)
    step = deals.step_for_update(session, deal_id=deal_id, step_no=step_no)
    payment = session.get(Payment, payment_id, with_for_update=True, populate_existing=True)
    if payment is None:
        raise PaymentNotFound
    _require_fitting(session, payment, deal, step)
    terms = deals.frozen_terms(session, deal.id)
    _belong(session, payment, step)
    payment.terms_sha256 = terms.sha256
    crediting.divide(session, payment, deal, terms, now)
    refund_flows.suspense_resolved(
        session,
        payment_id=payment.id,
        into=accounts.deal_hold(deal.id, step.step_no),
        amount=payment.amount_kopecks,
        cause=Cause(
            payment_id=payment.id,
            terms_sha256=terms.sha256,
            document_id=paper_of(session, deal.id, DocumentKind.SERVICE_CONTRACT),
        ),
        occurred_at=now,
    )
    crediting.pay_off(session, payment, step, deal, terms, now)
    closing.close_others(session, "step_paid", deal_id=deal.id, step_id=step.id, now=now)
    tasks.close_tasks(session, payment.id, kind=suspense.TASK, now=now)
    _record(session, payment, step, actor, now)
    session.flush()
    on_paid(session, payment, now)
    return payment


def _record(session: Session, payment: Payment, step: PaymentStep, actor: Actor, now: datetime) -> None:
    audit.record(
        session,
        actor,
        "payment.placed",
        entity=("payment", payment.id),
        before={"status": PaymentStatus.SUSPENSE},
        after={"status": payment.status, "deal_id": str(step.deal_id), "step_no": step.step_no},
        now=now,
    )


def _belong(session: Session, payment: Payment, step: PaymentStep) -> None:
    """A link of another step keeps nothing of it."""
    meant = None if payment.intent_id is None else session.get_one(PaymentIntent, payment.intent_id)
    if meant is not None and meant.schedule_id != step.id:
        payment.intent_id = None
    payment.deal_id, payment.schedule_id = step.deal_id, step.id
    payment.status = PaymentStatus.RECEIVED


def _require_fitting(session: Session, payment: Payment, deal: Deal, step: PaymentStep) -> None:
    if payment.status is not PaymentStatus.SUSPENSE:
        raise NotInSuspense
    if deal.status not in WELCOMING:
        raise DealNotPayable(lifecycle.LABELS[deal.status])
    if step.status is StepStatus.PARTED:
        raise StepParted(step.step_no)
    if step.status is not StepStatus.PLANNED:
        raise StepNotOpen(step.step_no)
    if payment.amount_kopecks != step.amount_kopecks:
        raise PlacedSumDiffers(payment.amount_kopecks, step.amount_kopecks)
    if not _collects_there(session, payment, deal):
        raise OfAnotherTerminal


def _collects_there(session: Session, payment: Payment, deal: Deal) -> bool:
    """The deal's terminal, now or when it made a link, took the money, and no other deal's place at a bank holds it."""
    linked = exists().where(PaymentIntent.deal_id == deal.id, PaymentIntent.provider == payment.provider)
    elsewhere = exists().where(
        BankDeal.terminal == payment.provider,
        BankDeal.bank_deal_id == payment.bank_deal,
        BankDeal.deal_id != deal.id,
    )
    known = payment.provider == terminals.name_for(session, deal) or session.scalar(select(linked))
    return bool(known) and not session.scalar(select(elsewhere))
