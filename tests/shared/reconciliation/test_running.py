from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.errors import translated
from shared.db.session import Transactions
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.errors import DomainError
from shared.kernel.money import Money
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from shared.ports.registry import RegistryLine
from shared.receipts.models import Receipt
from shared.reconciliation import running
from shared.reconciliation.errors import DayNotOver, RunGoesOn
from shared.reconciliation.models import (
    Difference,
    DifferenceKind,
    DifferenceState,
    ReconciliationRun,
    RunStatus,
    RunTotal,
)
from shared.tasks.models import OperatorTask
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, pay_step
from tests.shared.payments.world import a_cast, assert_books_balance, count_of
from tests.shared.reconciliation.comparing import (
    GROSS,
    NET,
    TOMORROW,
    FakeRegistry,
    compare,
    standing,
    sums,
)


@pytest.mark.usefixtures("statement")
class TestADayOnWhichAllAgree:
    def test_has_no_differences(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())

        run = compare(bank)

        assert (run.status, run.opened, run.closed, run.standing) == (RunStatus.FINISHED, 0, 0, 0)
        with Transactions()() as session:
            (totals,) = session.scalars(select(RunTotal))
        assert (totals.ledger_net_kopecks, totals.registry_net_kopecks) == (NET, NET)
        assert (totals.clearing_kopecks, totals.unsettled_kopecks) == (NET, NET)

    def test_may_be_compared_again(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())

        runs = [compare(bank) for _ in range(2)]

        assert [run.standing for run in runs] == [0, 0]
        assert_books_balance()


@pytest.mark.usefixtures("statement")
class TestAPaymentThatNobodyToldUsOf:
    def test_is_found_in_the_registry_and_recorded(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast(agency=False))
        assert intent.provider_payment_id is not None
        bank.pay(intent.provider_payment_id)

        run = compare(bank)

        assert (run.recovered, run.standing) == (1, 0)
        assert (count_of(Payment), count_of(Receipt)) == (1, 1)
        with Transactions()() as session:
            assert session.get_one(PaymentIntent, intent.id).status is IntentStatus.PAID
        assert_books_balance()

    def test_also_when_its_link_is_long_given_up(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())
        assert intent.provider_payment_id is not None
        with Transactions()() as session:
            session.execute(update(PaymentIntent).values(status=IntentStatus.EXPIRED, next_poll_at=None))
        bank.pay(intent.provider_payment_id)

        assert compare(bank).recovered == 1
        assert count_of(Payment, Payment.late.is_(True)) == 1

    def test_stays_a_difference_while_the_provider_is_silent(self, bank: FakeCollector) -> None:
        intent = ask_for_link(bank, a_cast())
        assert intent.provider_payment_id is not None
        bank.pay(intent.provider_payment_id)
        bank.silent = True
        compare(bank)
        (found,) = standing()

        bank.silent = False
        run = compare(bank)

        assert (found.kind, found.subject) == (
            DifferenceKind.PAYMENT_NOT_IN_LEDGER,
            intent.provider_payment_id,
        )
        assert sums(found) == (GROSS, Money.zero())
        assert (run.recovered, run.closed, standing()) == (1, 1, [])

    def test_of_nobodys_goes_to_suspense(self, bank: FakeCollector) -> None:
        stranger = bank.foreign(Money(77_00))
        bank.pay(stranger.provider_id)

        assert compare(bank).recovered == 1
        assert count_of(OperatorTask, OperatorTask.kind == "payment_in_suspense") == 1


class TestARun:
    def test_is_only_of_a_day_that_is_over(self, bank: FakeCollector) -> None:
        with pytest.raises(DayNotOver):
            compare(bank, now=utc_now())

    def test_is_alone_with_its_day(self, bank: FakeCollector) -> None:
        now = utc_now() + TOMORROW
        with Transactions()() as session:
            session.add(
                ReconciliationRun(day=moscow_date(utc_now()), status=RunStatus.RUNNING, started_at=now)
            )

        with pytest.raises(RunGoesOn):
            compare(bank, now=now)

    def test_that_died_is_taken_over(self, bank: FakeCollector) -> None:
        now = utc_now() + TOMORROW
        with Transactions()() as session:
            session.add(
                ReconciliationRun(day=moscow_date(utc_now()), status=RunStatus.RUNNING, started_at=now)
            )

        run = compare(bank, now=now + timedelta(minutes=21))

        assert run.status is RunStatus.FINISHED
        assert count_of(ReconciliationRun, ReconciliationRun.status == RunStatus.FAILED) == 1

    def test_that_breaks_says_so(self, bank: FakeCollector) -> None:
        registry = FakeRegistry(bank)
        registry.lines = None  # type: ignore[method-assign, assignment]

        with pytest.raises(TypeError):
            compare(bank, registry)

        assert count_of(ReconciliationRun, ReconciliationRun.status == RunStatus.FAILED) == 1
        assert count_of(Difference, Difference.state == DifferenceState.OPEN) == 0


class TestTwoRunsAtOnce:
    def test_of_one_day_are_one(self, bank: FakeCollector) -> None:
        """The second starts while the first asks the provider."""
        registry = FakeRegistry(bank)
        refused: list[DomainError] = []
        ask = registry.lines

        def lines(day: date) -> list[RegistryLine]:
            with pytest.raises(RunGoesOn) as caught:
                compare(bank)
            refused.append(caught.value)
            return ask(day)

        registry.lines = lines  # type: ignore[method-assign]

        assert compare(bank, registry).status is RunStatus.FINISHED
        assert [each.code for each in refused] == ["reconciliation_goes_on"]
        assert count_of(ReconciliationRun) == 1

    def test_that_start_together_are_one(self, bank: FakeCollector, database: TestDatabase) -> None:
        now = utc_now() + TOMORROW

        def start(session: Session, _number: int) -> None:
            with translated():
                running.begin(session, moscow_date(utc_now()), SYSTEM, now)
                session.flush()

        begun = at_once(database, 4, start)

        refused = [each for each in begun if isinstance(each, DomainError)]
        assert {each.code for each in refused} == {"reconciliation_goes_on"}
        assert (len(refused), count_of(ReconciliationRun)) == (3, 1)
