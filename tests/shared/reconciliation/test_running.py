from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, flows
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from shared.ports.registry import RegistryKind, RegistryLine
from shared.receipts.models import Receipt
from shared.reconciliation.errors import DayNotOver, RunGoesOn
from shared.reconciliation.models import (
    Difference,
    DifferenceKind,
    DifferenceState,
    Finding,
    ReconciliationRun,
    RunStatus,
    RunTotal,
)
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, pay_step
from tests.shared.payments.world import a_cast, assert_books_balance, count_of
from tests.shared.reconciliation.comparing import TOMORROW, FakeRegistry, compare, standing, sums
from tests.shared.reconciliation.desk import balance, bring
from tests.shared.reconciliation.files import OUR_INN, OURS, Document, exchange

GROSS = Money(300_000_00)
CHARGE = Money(2_100_00)
NET = GROSS - CHARGE
MISSING = DifferenceKind.STATEMENT_MISSING


@pytest.fixture
def statement(operator: Actor) -> None:
    """Nothing moved on the clients' account on the day of the tests' payments, nor on the days round it."""
    today = moscow_date(utc_now())
    bring(exchange(since=today - timedelta(days=1), until=today + timedelta(days=2)), operator)


def registry_of(bank: FakeCollector) -> FakeRegistry:
    return FakeRegistry(bank)


def provider_id_of(bank: FakeCollector) -> str:
    return next(iter(bank.payments))


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


@pytest.mark.usefixtures("statement")
class TestADifference:
    def test_of_one_kopeck_is_found(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.changed[provider_id_of(bank)] = {"amount": GROSS + Money(1)}

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.PAYMENT_AMOUNT, (GROSS + Money(1), GROSS))
        assert count_of(OperatorTask, OperatorTask.entity_id == found.id) == 1

    def test_in_the_charge_is_found(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.changed[provider_id_of(bank)] = {"charge": CHARGE - Money(1)}

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.PAYMENT_CHARGE, (CHARGE - Money(1), CHARGE))

    def test_is_found_where_the_registry_lacks_a_payment(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.dropped.add(provider_id_of(bank))

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.PAYMENT_NOT_IN_REGISTRY, (Money.zero(), GROSS))

    def test_is_found_where_the_ledger_lacks_a_refund(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.added.append(
            RegistryLine(
                "rf-1", RegistryKind.REFUND, provider_id_of(bank), None, Money(5_00), Money.zero(), utc_now()
            )
        )

        compare(bank, registry)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.REFUND_NOT_IN_LEDGER, (Money(5_00), Money.zero()))

    def test_is_opened_once_ages_and_closes_by_itself(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.dropped.add(provider_id_of(bank))
        first = compare(bank, registry)
        later = utc_now() + timedelta(days=3)
        compare(bank, registry, now=later)
        (found,) = standing()

        registry.dropped.clear()
        last = compare(bank, registry, now=later + timedelta(hours=1))

        assert (found.first_seen_at, found.last_seen_at) == (first.started_at, later)
        assert (last.closed, standing(), count_of(Difference)) == (1, [], 1)
        assert count_of(Finding) == 2
        assert count_of(OperatorTask, OperatorTask.status == TaskStatus.OPEN) == 0

    def test_that_comes_again_is_another(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        for dropped in (True, False, True):
            registry.dropped = {provider_id_of(bank)} if dropped else set()
            compare(bank, registry)

        assert count_of(Difference) == 2
        assert len(standing()) == 1

    def test_of_another_day_is_left_alone(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.dropped.add(provider_id_of(bank))
        compare(bank, registry)

        compare(bank, registry, day=moscow_date(utc_now()) - timedelta(days=1))

        assert [each.kind for each in standing()] == [DifferenceKind.PAYMENT_NOT_IN_REGISTRY]

    def test_below_the_threshold_asks_nobody(
        self, bank: FakeCollector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RECONCILIATION_TASK_ABOVE_KOPECKS", "1")
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.changed[provider_id_of(bank)] = {"amount": GROSS + Money(1)}

        compare(bank, registry)

        assert (len(standing()), count_of(OperatorTask)) == (1, 0)


@pytest.mark.usefixtures("statement")
class TestARegistry:
    def test_that_was_never_read_is_a_difference(self, bank: FakeCollector) -> None:
        registry = FakeRegistry(bank, silent=True)
        compare(bank, registry)
        (found,) = standing()

        registry.silent = False
        compare(bank, registry)

        assert (found.kind, found.terminal) == (DifferenceKind.REGISTRY_MISSING, "yookassa")
        assert standing() == []

    def test_that_is_silent_now_is_compared_as_it_was_read(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        compare(bank, registry)
        registry.silent = True

        assert compare(bank, registry).standing == 0

    def test_tells_the_charge_that_the_payment_didnt(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(bank, cast)
        assert intent.provider_payment_id is not None
        bank.pay(intent.provider_payment_id)
        paid = bank.payments[intent.provider_payment_id]
        bank.payments[intent.provider_payment_id] = paid._replace(income=None)
        compare(bank)
        bank.payments[intent.provider_payment_id] = paid

        run = compare(bank)

        assert run.standing == 0
        assert balance(accounts.provider_clearing("yookassa")) == NET
        assert balance(accounts.acquiring_fee()) == CHARGE
        assert_books_balance()

    def test_posts_what_the_provider_takes_for_itself_once(self, bank: FakeCollector) -> None:
        pay_step(bank, a_cast())
        registry = registry_of(bank)
        registry.added.append(
            RegistryLine("fee-11", RegistryKind.CHARGE, None, None, Money.zero(), Money(99_00), utc_now())
        )

        runs = [compare(bank, registry) for _ in range(2)]

        assert [run.standing for run in runs] == [0, 0]
        assert balance(accounts.acquiring_fee()) == CHARGE + Money(99_00)
        assert_books_balance()


class TestASettlement:
    def test_of_the_registrys_net_agrees(self, bank: FakeCollector, operator: Actor) -> None:
        pay_step(bank, a_cast())
        today = moscow_date(utc_now())
        bring(exchange(Document("118", NET, booked_on=today), since=today), operator)

        assert compare(bank).standing == 0

    def test_that_is_short_by_the_charge_is_found(self, bank: FakeCollector, operator: Actor) -> None:
        pay_step(bank, a_cast())
        today = moscow_date(utc_now())
        short = NET - CHARGE
        bring(exchange(Document("118", short, booked_on=today), since=today), operator)

        compare(bank)

        (found,) = standing()
        assert (found.kind, found.terminal) == (DifferenceKind.SETTLEMENT_AMOUNT, "yookassa")
        assert sums(found) == (NET, short)

    def test_that_doesnt_come_is_late(self, bank: FakeCollector, operator: Actor) -> None:
        pay_step(bank, a_cast())
        today = moscow_date(utc_now())
        bring(exchange(since=today, until=today + timedelta(days=20)), operator)

        compare(bank, now=utc_now() + timedelta(days=3))
        early = standing(of=DifferenceKind.SETTLEMENT_LATE)
        compare(bank, now=utc_now() + timedelta(days=4))

        (late,) = standing(of=DifferenceKind.SETTLEMENT_LATE)
        assert (early, sums(late)) == ([], (NET, Money.zero()))


class TestTheBank:
    def test_line_that_nobody_understands_is_a_difference_until_it_is(
        self, bank: FakeCollector, operator: Actor
    ) -> None:
        today = moscow_date(utc_now())
        early = Document("118", NET, booked_on=today)
        bring(exchange(early, since=today), operator)  # before anybody told us of the payment
        intent = ask_for_link(bank, a_cast())
        assert intent.provider_payment_id is not None
        bank.pay(intent.provider_payment_id)
        bank.silent = True
        compare(bank)
        kinds = {each.kind for each in standing()}

        bank.silent = False
        run = compare(bank)

        assert DifferenceKind.BANK_LINE_UNKNOWN in kinds
        assert (run.recovered, standing()) == (1, [])
        assert balance(accounts.provider_clearing("yookassa")) == Money.zero()

    def test_balance_that_isnt_the_ledgers_is_found(self, bank: FakeCollector, operator: Actor) -> None:
        today = moscow_date(utc_now())
        bring(exchange(opening=Money(1), since=today), operator)

        compare(bank)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.BANK_BALANCE, (Money(1), Money.zero()))

    def test_statement_that_is_missing_is_found(self, bank: FakeCollector) -> None:
        monday = moscow_date(utc_now()) - timedelta(days=moscow_date(utc_now()).weekday() + 7)

        compare(bank, day=monday)
        compare(bank, day=monday + timedelta(days=5))  # a Saturday

        assert [(each.kind, each.day) for each in standing()] == [(MISSING, monday)]

    def test_statement_that_doesnt_go_on_from_the_last_is_found(
        self, bank: FakeCollector, operator: Actor
    ) -> None:
        today = moscow_date(utc_now())
        bring(exchange(since=today - timedelta(days=1)), operator)
        bring(exchange(opening=Money(5), since=today), operator)

        compare(bank)

        (gap,) = standing(of=DifferenceKind.STATEMENT_GAP)
        assert sums(gap) == (Money.zero(), Money(5))

    def test_statement_that_lacks_a_line_of_an_earlier_one_is_found(
        self, bank: FakeCollector, operator: Actor
    ) -> None:
        today = moscow_date(utc_now())
        ours = Document("9", Money(5_00), other_account=OURS, other_inn=OUR_INN, booked_on=today)
        bring(exchange(ours, since=today), operator)
        bring(exchange(since=today), operator)

        compare(bank)

        (found,) = standing(of=DifferenceKind.STATEMENT_LINES)
        assert sums(found) == (Money.zero(), Money(5_00))

    def test_posting_that_no_line_proves_is_found(self, bank: FakeCollector, operator: Actor) -> None:
        pay_step(bank, a_cast())
        today = moscow_date(utc_now())
        with Transactions()() as session:
            flows.provider_settled(
                session, provider="yookassa", reference="invented", net=NET, occurred_at=utc_now()
            )
        bring(exchange(since=today, until=today + timedelta(days=9)), operator)

        compare(bank)

        (found,) = standing(of=DifferenceKind.POSTING_WITHOUT_LINE)
        assert sums(found) == (Money.zero(), NET)

    def test_charges_are_covered_by_a_transfer(self, bank: FakeCollector, operator: Actor) -> None:
        pay_step(bank, a_cast())
        today = moscow_date(utc_now())
        settled = Document("118", NET, booked_on=today)
        bring(exchange(settled, since=today, until=today + timedelta(days=9)), operator)
        compare(bank)
        (owed,) = standing(of=DifferenceKind.CHARGES_NOT_TRANSFERRED)
        ours = Document("9", CHARGE, other_account=OURS, other_inn=OUR_INN, booked_on=today)
        bring(exchange(settled, ours, since=today, until=today + timedelta(days=10)), operator)

        compare(bank)

        assert sums(owed) == (CHARGE, Money.zero())
        assert standing(of=DifferenceKind.CHARGES_NOT_TRANSFERRED) == []
        assert standing(of=DifferenceKind.BANK_BALANCE) == []


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
