"""A provider's charge that wasn't known when its payment was recorded: the registry of the day told it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.kernel.money import Money
from shared.payments.crediting import post_charge
from shared.payments.models import Payment


def learn_charge(session: Session, *, payment_id: UUID, charge: Money, now: datetime) -> None:
    """Post the charge of a payment that was recorded without one; a payment that has one stays as it is.

    :param charge: above zero, and no more than was paid
    """
    payment = session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)
    if payment.charge_kopecks != Money.zero() or not Money.zero() < charge <= payment.amount_kopecks:
        return
    payment.charge_kopecks = charge
    session.flush()
    post_charge(session, payment)
    audit.record(
        session,
        SYSTEM,
        "payment.charge_learned",
        entity=("payment", payment.id),
        before={"charge_kopecks": 0},
        after={"charge_kopecks": charge.kopecks},
        now=now,
    )
