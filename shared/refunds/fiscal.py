"""The fiscal receipt that a refund carries, where the payment carried one: what came in goes out by the same words."""

from sqlalchemy.orm import Session

from shared.kernel.money import Money, total
from shared.payments import fiscal_data
from shared.payments.models import Payment, PaymentIntent
from shared.ports.fiscal import FiscalReceipt, PaymentMode
from shared.refunds import finding
from shared.refunds.models import Refund


def receipt_of(session: Session, refund: Refund, payment: Payment) -> FiscalReceipt | None:
    """The same for every try: of the frozen data and of what the accepted refund is taken out of.

    What had been released is a full payment's return, what had not is a prepayment's.
    """
    if payment.intent_id is None:
        return None
    taken = fiscal_data.frozen(session, session.get_one(PaymentIntent, payment.intent_id))
    if taken is None:
        return None
    (line,) = taken.lines
    unreleased = from_hold(session, refund)
    lines = (
        line._replace(amount=unreleased),
        line._replace(amount=refund.amount_kopecks - unreleased, mode=PaymentMode.FULL_PAYMENT),
    )
    return taken._replace(lines=tuple(each for each in lines if each.amount != Money.zero()))


def from_hold(session: Session, refund: Refund) -> Money:
    """How much of an accepted refund had not been released. A payment that fitted nothing has no parts: all of it."""
    parts = finding.parts_of(session, refund.id)
    return total([part.from_hold_kopecks for part in parts.values()]) if parts else refund.amount_kopecks
