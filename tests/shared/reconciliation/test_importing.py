from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, text

from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payouts.bank_movements import MovementKind
from shared.reconciliation import importing
from shared.reconciliation.errors import AccountUnknown, StatementUneven
from shared.reconciliation.statement_models import BankLine, BankStatement, LineMeaning
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, assert_books_balance, count_of
from tests.shared.reconciliation.desk import balance, bring, lines, meanings, tell_by_hand
from tests.shared.reconciliation.files import (
    DAY,
    OUR_INN,
    OURS,
    STRANGERS,
    Document,
    exchange,
    windows,
)

NET = Money(297_900_00)  # 300 000.00 less 0.7 %
CLEARING = accounts.provider_clearing("yookassa")
SETTLED = Document("118", NET)


@pytest.fixture
def collected(bank: FakeCollector) -> None:
    pay_step(bank, a_cast())


@pytest.mark.usefixtures("collected")
class TestAStatement:
    def test_settles_what_the_provider_collected(self, operator: Actor) -> None:
        taken = bring(exchange(SETTLED), operator)

        assert (taken.statement.lines_new, taken.statement.lines_known, taken.doubtful) == (1, 0, 0)
        assert meanings() == [LineMeaning.PROVIDER_SETTLED]
        assert balance(CLEARING) == Money.zero()
        assert_books_balance()

    def test_taken_twice_changes_nothing(self, operator: Actor) -> None:
        first = bring(exchange(SETTLED), operator)
        before = balance(accounts.client_bank())

        second = bring(exchange(SETTLED), operator)

        assert (second.already_taken, second.statement.id) == (True, first.statement.id)
        assert (count_of(BankStatement), count_of(BankLine)) == (1, 1)
        assert balance(accounts.client_bank()) == before

    def test_that_overlaps_another_brings_only_what_is_new(self, operator: Actor) -> None:
        next_day = DAY + timedelta(days=1)
        swept = Document(
            "9", Money(6_000_00), incoming=False, other_account=OURS, other_inn=OUR_INN, booked_on=next_day
        )
        bring(exchange(SETTLED), operator)

        both = bring(exchange(SETTLED, swept, until=next_day), operator)

        assert (both.statement.lines_new, both.statement.lines_known) == (1, 1)
        assert meanings() == [LineMeaning.PROVIDER_SETTLED, LineMeaning.FEE_SWEPT]
        assert balance(CLEARING) == Money.zero()

    def test_two_documents_of_one_number_and_sum_are_two(self, operator: Actor) -> None:
        half = Money(100_000_00)
        twice = exchange(Document("118", half), Document("118", half))
        bring(twice, operator)

        again = bring(
            exchange(Document("118", half), Document("118", half), until=DAY + timedelta(days=1)), operator
        )

        assert (again.statement.lines_new, count_of(BankLine)) == (0, 2)
        assert balance(CLEARING) == NET - half - half

    def test_off_by_one_kopeck_leaves_nothing(self, operator: Actor) -> None:
        with pytest.raises(StatementUneven):
            bring(exchange(SETTLED, closing=NET + Money(1)), operator)

        assert count_of(BankStatement) == 0

    def test_of_a_foreign_account_is_refused(self, operator: Actor) -> None:
        with pytest.raises(AccountUnknown):
            bring(exchange(SETTLED, account=STRANGERS), operator)

    def test_seals_what_may_name_people(self, operator: Actor) -> None:
        names = Document(
            "5", Money(1_00), other_account=STRANGERS, other_inn="", other_name="Петров", purpose="Петров"
        )
        bring(exchange(names), operator)

        with Transactions()() as session:
            stored = session.execute(
                text("SELECT counterparty::text || purpose::text FROM bank_lines")
            ).scalar_one()
        assert "Петров".encode().hex() not in stored
        assert STRANGERS.encode().hex() not in stored


@pytest.mark.usefixtures("collected")
class TestALine:
    def test_told_by_hand_before_is_not_posted_again(self, operator: Actor) -> None:
        told = tell_by_hand(
            MovementKind.PROVIDER_SETTLED,
            NET,
            provider="yookassa",
            occurred_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        )

        bring(exchange(SETTLED), operator)

        assert [line.ledger_transaction_id for line in lines()] == [told]
        assert balance(CLEARING) == Money.zero()

    def test_proves_a_posting_for_itself_alone(self, operator: Actor) -> None:
        half = Money(100_000_00)
        told = tell_by_hand(
            MovementKind.PROVIDER_SETTLED,
            half,
            provider="yookassa",
            occurred_at=datetime(2026, 11, 23, 9, tzinfo=UTC),
        )

        bring(exchange(Document("1", half), Document("2", half)), operator)

        first, second = lines()
        assert first.ledger_transaction_id == told
        assert second.ledger_transaction_id not in {told, None}
        assert balance(CLEARING) == NET - half - half

    def test_above_what_the_provider_collected_is_not_guessed(self, operator: Actor) -> None:
        taken = bring(exchange(Document("118", NET + Money(1))), operator)

        assert (meanings(), taken.doubtful) == ([LineMeaning.UNKNOWN], 1)
        assert balance(CLEARING) == NET

    def test_from_a_stranger_is_not_guessed(self, operator: Actor) -> None:
        stranger = Document("5", Money(1_000_00), other_account=STRANGERS, other_inn="500100732259")

        taken = bring(exchange(stranger), operator)

        assert (meanings(), taken.doubtful) == ([LineMeaning.UNKNOWN], 1)
        assert lines()[0].ledger_transaction_id is None

    def test_to_the_provider_funds_payouts(self, operator: Actor) -> None:
        bring(exchange(SETTLED, Document("7", Money(50_000_00), incoming=False)), operator)

        assert meanings()[1] == LineMeaning.PAYOUTS_FUNDED
        assert balance(accounts.payout_float("yookassa")) == Money(50_000_00)

    def test_on_our_own_account_is_kept_apart(self, operator: Actor) -> None:
        owners = Document("1", Money(90_000_00), other_account="40702810300000000055", other_inn=OUR_INN)
        swept = Document("2", Money(6_000_00), other_account="40702810900000000001", other_inn=OUR_INN)
        rent = Document("3", Money(5_00), incoming=False, other_account=STRANGERS, other_inn="")
        debt = Document("4", Money(7_00), other_account=STRANGERS, other_inn="500100732259")
        before = balance(accounts.platform_cash())

        bring(exchange(owners, swept, rent, debt, account=OURS), operator)

        assert meanings() == [
            LineMeaning.OWN_FUNDS_IN,
            LineMeaning.OWN_TRANSFER,
            LineMeaning.OWN_EXPENSE,
            LineMeaning.UNKNOWN,
        ]
        assert balance(accounts.platform_cash()) == before + Money(90_000_00)

    def test_of_another_year_has_its_own_reference(self, operator: Actor) -> None:
        bring(exchange(Document("118", Money(1_00))), operator)
        later = date(2027, 11, 23)
        bring(exchange(Document("118", Money(1_00), booked_on=later), since=later), operator)

        with Transactions()() as session:
            references = {line.reference for line in session.scalars(select(BankLine))}
        assert len(references) == 2


class TestTheSameDocuments:
    def test_in_files_of_two_encodings_are_posted_once(self, bank: FakeCollector, operator: Actor) -> None:
        pay_step(bank, a_cast())
        plain = Document("118", NET, other_name="НКО ЮМани")

        bring(windows(exchange(plain)), operator)
        again = bring(exchange(plain, declared="UTF-8").encode(), operator)

        assert (again.already_taken, again.statement.lines_new) == (False, 0)
        assert balance(CLEARING) == Money.zero()


class TestTwoOperatorsAtOnce:
    def test_bring_each_line_once(self, bank: FakeCollector, operator: Actor, database: TestDatabase) -> None:
        pay_step(bank, a_cast())
        own = Document("9", Money(5_00), other_account=OURS, other_inn=OUR_INN)
        files = [windows(exchange(SETTLED)), windows(exchange(SETTLED, own))] * 2

        brought = at_once(
            database,
            len(files),
            lambda session, number: importing.take_statement(
                session, files[number], actor=operator, now=utc_now()
            ),
        )

        assert not [each for each in brought if isinstance(each, Exception)]
        assert (count_of(BankStatement), count_of(BankLine)) == (2, 2)
        assert balance(CLEARING) == Money.zero()
        assert_books_balance()
