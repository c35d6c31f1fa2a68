from datetime import timedelta

import pytest
from sqlalchemy import select, update

from functions.schedules.ledger_reconcile.handler import app
from shared.db.session import Transactions
from shared.events.schedule import Summary
from shared.kernel.clock import moscow_date, moscow_midnight, utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.ledger.posting import Cause, Kind, Movement, post
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from shared.receipts.models import Receipt
from shared.reconciliation.models import Difference, DifferenceKind, DifferenceState, ReconciliationRun
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.payments.links import made_for
from tests.functions.schedules.test_intents_poll import ask
from tests.shared.payments.world import a_cast, assert_books_balance, count_of


def lose_the_news(bank: BankSide) -> str:
    """Paid today; no message comes, and the poller has given the link up. The provider's id of the payment."""
    intent_id = ask(a_cast(agency=False))
    bank.ask("webhooks", enabled=False)
    payment_id = made_for(bank, intent_id)[0]["id"]
    bank.ask(f"payments/{payment_id}/pay")
    with Transactions()() as session:
        session.execute(update(PaymentIntent).values(status=IntentStatus.EXPIRED, next_poll_at=None))
    return str(payment_id)


def run(*, days: int = 1) -> Summary:
    """What the schedule does at noon so many days later: in Moscow's first hours the day before isn't due yet."""
    noon = moscow_midnight(moscow_date(utc_now()) + timedelta(days=days)) + timedelta(hours=12)
    return app.operation.job(Transactions(), noon)


def ours(payment_id: str) -> Payment:
    with Transactions()() as session:
        return session.scalars(select(Payment).where(Payment.provider_payment_id == payment_id)).one()


class TestTheDailyComparison:
    def test_records_a_payment_whose_message_was_lost(self, bank: BankSide) -> None:
        payment_id = lose_the_news(bank)

        counts = run()

        assert counts["recovered"] >= 1, counts
        assert counts["failed"] == 0
        assert ours(payment_id).late
        assert count_of(Receipt) == 1
        assert_books_balance()

    def test_finds_one_kopeck(self, bank: BankSide) -> None:
        payment_id = lose_the_news(bank)
        run()
        payment = ours(payment_id)
        with Transactions()() as session:
            post(
                session,
                kind=Kind.PAYMENT_RECEIVED,
                key="one kopeck too many",
                movements=[
                    Movement(accounts.provider_clearing("yookassa"), accounts.suspense(payment.id), Money(1))
                ],
                occurred_at=payment.occurred_at,
                cause=Cause(payment_id=payment.id),
            )

        run(days=2)

        with Transactions()() as session:
            found = session.scalars(select(Difference).where(Difference.subject == payment_id)).one()
        assert (found.kind, found.state) == (DifferenceKind.PAYMENT_AMOUNT, DifferenceState.OPEN)
        assert (found.expected_kopecks, found.actual_kopecks) == (Money(300_000_00), Money(300_000_01))

    def test_compares_each_of_the_last_days_once_a_day(self, bank: BankSide) -> None:
        counts = [run(days=0), run(days=0), run()]

        assert [each["days"] for each in counts] == [3, 0, 3]
        with Transactions()() as session:
            days = session.scalars(select(ReconciliationRun.day)).all()
        assert len(set(days)) == 4
        assert max(days) == moscow_date(utc_now())

    def test_says_whose_registry_it_couldnt_read(self, bank: BankSide) -> None:
        bank.spoil("error_before", "payments.list", times=3)

        app({}, None)

        missing = Difference.kind == DifferenceKind.REGISTRY_MISSING
        assert count_of(Difference, missing, Difference.state == DifferenceState.OPEN) == 3

    @pytest.mark.parametrize("hours", [1, 4])
    def test_waits_until_the_day_is_surely_over(self, bank: BankSide, hours: int) -> None:
        tomorrow = moscow_date(utc_now()) + timedelta(days=1)

        app.operation.job(Transactions(), moscow_midnight(tomorrow) + timedelta(hours=hours))

        today = ReconciliationRun.day == moscow_date(utc_now())
        assert count_of(ReconciliationRun, today) == (1 if hours == 4 else 0)
