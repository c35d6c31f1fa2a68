"""Money that fits nothing, and what becomes of it at the desk."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments import placing
from shared.payments.models import Payment
from shared.payments.recording import PaymentConsequence
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import hear, nothing_more, payment_by
from tests.shared.payments.world import COMMISSION, Cast


def stray_money(bank: FakeCollector, amount: Money = COMMISSION, claimed: str | None = None) -> UUID:
    """A payment in suspense: nobody knows the link that it was paid by, or it is settled."""
    foreign = bank.foreign(amount, claimed)
    bank.pay(foreign.provider_id)
    hear(bank, foreign.provider_id)
    return payment_by(foreign.provider_id).id


def put(
    payment_id: UUID, cast: Cast, step_no: int = 1, *, on_paid: PaymentConsequence = nothing_more
) -> Payment:
    with Transactions()() as session:
        return put_by(session, payment_id, cast, step_no, on_paid=on_paid)


def put_by(
    session: Session,
    payment_id: UUID,
    cast: Cast,
    step_no: int = 1,
    *,
    on_paid: PaymentConsequence = nothing_more,
) -> Payment:
    return placing.place(
        session,
        payment_id=payment_id,
        deal_id=cast.deal_id,
        step_no=step_no,
        on_paid=on_paid,
        actor=SYSTEM,
        now=utc_now(),
    )
