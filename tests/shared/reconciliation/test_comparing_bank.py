from datetime import timedelta

from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.kernel.clock import moscow_date, utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, flows
from shared.reconciliation.models import DifferenceKind
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, pay_step
from tests.shared.payments.world import a_cast
from tests.shared.reconciliation.comparing import (
    CHARGE,
    NET,
    compare,
    standing,
    sums,
)
from tests.shared.reconciliation.desk import balance, bring
from tests.shared.reconciliation.files import OUR_INN, OURS, STRANGERS, Document, exchange


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

    def test_line_of_a_stranger_is_one_difference(self, bank: FakeCollector, operator: Actor) -> None:
        today = moscow_date(utc_now())
        strange = Document("5", Money(10_00), other_account=STRANGERS, other_inn="", booked_on=today)
        bring(exchange(strange, since=today), operator)

        compare(bank)

        (found,) = standing()
        assert (found.kind, sums(found)) == (DifferenceKind.BANK_LINE_UNKNOWN, (Money(10_00), Money.zero()))

    def test_statement_that_is_missing_is_found(self, bank: FakeCollector) -> None:
        monday = moscow_date(utc_now()) - timedelta(days=moscow_date(utc_now()).weekday() + 7)

        compare(bank, day=monday)
        compare(bank, day=monday + timedelta(days=5))  # a Saturday

        assert [(each.kind, each.day) for each in standing()] == [(DifferenceKind.STATEMENT_MISSING, monday)]

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
