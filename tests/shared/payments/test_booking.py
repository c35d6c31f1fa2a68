"""What was written past the unit of work is what the session has, and the unit of work goes on from there."""

from datetime import datetime

from sqlalchemy.orm import Session

from shared.deals.models import PaymentStep, StepStatus
from shared.kernel.money import Money
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, only_payment
from tests.shared.payments.world import a_cast, step_of


def pay(bank: FakeCollector, intent: PaymentIntent, consequence: object) -> None:
    bank.pay(intent.provider_payment_id or "")
    hear(bank, intent.provider_payment_id or "", on_paid=consequence)  # type: ignore[arg-type]  # a test's own


class TestAfterBooking:
    def test_a_consequence_finds_all_of_it_in_the_session(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(bank, cast)
        seen: list[object] = []

        def look(session: Session, payment: Payment, now: datetime) -> None:
            step = session.get_one(PaymentStep, intent.schedule_id)
            link = session.get_one(PaymentIntent, intent.id)
            kept = (
                step.status,
                step.paid_at,
                step.release_due_at,
                link.status,
                link.paid_at,
                link.next_poll_at,
            )
            session.expire_all()
            written = (
                step.status,
                step.paid_at,
                step.release_due_at,
                link.status,
                link.paid_at,
                link.next_poll_at,
            )
            seen.extend([kept == written, step.status, link.status, payment.amount_kopecks])

        pay(bank, intent, look)

        assert seen == [True, StepStatus.PAID, IntentStatus.PAID, Money(300_000_00)]

    def test_what_a_consequence_changes_is_written(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(bank, cast)

        def change(session: Session, payment: Payment, now: datetime) -> None:
            payment.late = True
            session.get_one(PaymentStep, intent.schedule_id).released_at = now

        pay(bank, intent, change)

        assert only_payment().late
        assert step_of(cast.deal_id, 1).released_at is not None
