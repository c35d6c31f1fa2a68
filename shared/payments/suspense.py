"""Real money that fits nothing: kept apart from every deal, and a task says why."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, flows
from shared.ledger.posting import Cause, Kind, Movement, post
from shared.payments import bank_deals
from shared.payments.models import Payment, PaymentIntent, PaymentStatus
from shared.ports.payments import ProviderPayment
from shared.tasks import service as tasks

#: the kind of the task that asks for a decision; open as long as the payment is in suspense
TASK: Final = "payment_in_suspense"


def receive(
    session: Session,
    truth: ProviderPayment,
    *,
    provider: str,
    intent: PaymentIntent | None,
    charge: Money,
    reason: str,
    now: datetime,
) -> Payment:
    """Record the payment in suspense and ask an operator to return or to place it.

    :param charge: what the provider kept of it
    :param reason: ``unknown_intent``, ``amount_mismatch``, ``second_payment``, ``step_parted`` or ``deal_not_payable``
    """
    payment = _payment(truth, provider, intent, charge, now)
    session.add(payment)
    session.flush()
    post(
        session,
        kind=Kind.PAYMENT_RECEIVED,
        key=f"{Kind.PAYMENT_RECEIVED}:{payment.id}",
        movements=[
            Movement(
                flows.collected_by(provider, payment.bank_deal), accounts.suspense(payment.id), truth.amount
            )
        ],
        occurred_at=payment.occurred_at,
        cause=Cause(payment_id=payment.id),
    )
    tasks.open_task(session, TASK, entity=("payment", payment.id), reason=reason, now=now)
    audit.record(
        session,
        SYSTEM,
        "payment.suspended",
        entity=("payment", payment.id),
        after={
            "status": payment.status,
            "reason": reason,
            "amount_kopecks": truth.amount.kopecks,
            "intent_id": None if intent is None else str(intent.id),
        },
        now=now,
    )
    return payment


def _payment(
    truth: ProviderPayment, provider: str, intent: PaymentIntent | None, charge: Money, now: datetime
) -> Payment:
    return Payment(
        id=new_id(),
        intent_id=None if intent is None else intent.id,
        deal_id=None if intent is None else intent.deal_id,
        schedule_id=None if intent is None else intent.schedule_id,
        provider=provider,
        provider_payment_id=truth.provider_id,
        amount_kopecks=truth.amount,
        charge_kopecks=charge,
        bank_deal=bank_deals.place_of(truth, intent),
        status=PaymentStatus.SUSPENSE,
        late=False,
        occurred_at=truth.captured_at or now,
        recorded_at=now,
    )
