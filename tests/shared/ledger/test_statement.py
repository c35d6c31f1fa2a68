import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances, rollup
from shared.ledger.accounts import Account
from shared.ledger.posting import Cause, Kind, Movement, post
from shared.ledger.statement import By, Cursor, Line, balance_at, statement

DAY = datetime(2026, 3, 1, tzinfo=UTC)
YEAR = DAY + timedelta(days=365)
CLEARING, STEP = accounts.provider_clearing("yookassa"), accounts.deal_hold(new_id(), 1)


def paid(session: Session, kopecks: int, at: datetime) -> None:
    """Into the step; committed, as every posting is in life."""
    post(
        session, kind=Kind.PAYMENT_RECEIVED, key=str(new_id()), occurred_at=at, cause=Cause(),
        movements=[Movement(CLEARING, STEP, Money(kopecks))],
    )  # fmt: skip
    session.commit()


def rolled_up(session: Session, every: int = 3) -> int:
    """Twice: what is committed now is settled at the next time."""
    count = 0
    for _ in range(2):
        count += rollup.roll_up(session, every=every)
        session.commit()
    return count


def written(session: Session) -> list[tuple[datetime, datetime, int]]:
    """Both dates and the sum of all that was paid, read without any snapshot."""
    rows = session.execute(
        text(
            "SELECT occurred_at, recorded_at, amount_kopecks FROM ledger_entries e"
            " JOIN ledger_accounts a ON a.id = e.account_id WHERE a.key = :key ORDER BY recorded_at"
        ),
        {"key": STEP.key},
    )
    return [(row.occurred_at, row.recorded_at, row.amount_kopecks) for row in rows]


@pytest.fixture
def history(app: Session) -> Session:
    """Forty payments in an order that isn't theirs, rolled up every now and then, some not at all."""
    dice = random.Random(7)  # noqa: S311 -- to be the same every time
    for number in range(40):
        paid(app, dice.randint(1, 100), DAY + timedelta(hours=dice.randint(0, 60)))
        if number % 9 == 8:
            rollup.roll_up(app, every=3)
            app.commit()
    return app


def pages(session: Session, account: Account, size: int, until: datetime = YEAR) -> list[Line]:
    lines: list[Line] = []
    after: Cursor | None = None
    while True:
        page = statement(session, account, since=DAY, until=until, size=size, after=after)
        lines += page.lines
        after = page.after
        if after is None:
            return lines


class TestABalanceAtAMoment:
    @pytest.mark.parametrize("account", [STEP, CLEARING])
    def test_is_the_sum_of_what_had_happened(self, history: Session, account: Account) -> None:
        entries = written(history)

        for hour in range(-1, 62, 3):
            moment = DAY + timedelta(hours=hour)
            expected = sum(kopecks for at, _, kopecks in entries if at <= moment)
            assert balance_at(history, account, moment) == Money(expected)

    @pytest.mark.parametrize("account", [STEP, CLEARING])
    def test_is_the_sum_of_what_was_written_down(self, history: Session, account: Account) -> None:
        entries = written(history)

        for number, (_, moment, _) in enumerate(entries):
            expected = sum(kopecks for _, _, kopecks in entries[: number + 1])
            assert balance_at(history, account, moment, by=By.RECORDED) == Money(expected)

    def test_is_what_was_known_then_of_what_had_happened(self, history: Session) -> None:
        entries = written(history)

        for _, known_at, _ in entries[::5]:
            for hour in (0, 20, 40, 60):
                moment = DAY + timedelta(hours=hour)
                expected = sum(kopecks for at, told, kopecks in entries if at <= moment and told <= known_at)
                assert balance_at(history, STEP, moment, known_at=known_at) == Money(expected)

    def test_counts_what_was_told_late(self, app: Session) -> None:
        for hour in range(10):
            paid(app, 100, DAY + timedelta(hours=hour))
        rolled_up(app)
        assert balance_at(app, STEP, DAY + timedelta(hours=5)) == Money(600)

        paid(app, 7, DAY + timedelta(hours=1))

        assert balance_at(app, STEP, DAY + timedelta(hours=5)) == Money(607)
        rolled_up(app)
        assert balance_at(app, STEP, DAY + timedelta(hours=5)) == Money(607)
        assert balance_at(app, STEP, DAY) == Money(100)

    def test_of_an_unused_account_is_nothing(self, app: Session) -> None:
        assert balance_at(app, accounts.suspense(new_id()), DAY) == Money.zero()


class TestAStatement:
    @pytest.mark.parametrize("size", [1, 7, 100])
    def test_has_every_line_once_with_the_balance_after_it(self, history: Session, size: int) -> None:
        lines = pages(history, STEP, size)

        assert sorted(line.amount.kopecks for line in lines) == sorted(
            kopecks for _, _, kopecks in written(history)
        )
        assert [line.occurred_at for line in lines] == sorted(line.occurred_at for line in lines)
        running = 0
        for line in lines:
            running += line.amount.kopecks
            assert line.balance == Money(running)
        assert running == balances.balance_of(history, STEP).kopecks

    def test_of_a_part_begins_with_what_was_there(self, history: Session) -> None:
        since = DAY + timedelta(hours=30)

        first = statement(history, STEP, since=since, until=YEAR, size=1).lines[0]

        before = balance_at(history, STEP, since - timedelta(microseconds=1))
        assert first.balance == before + first.amount
        assert statement(history, STEP, since=YEAR, until=YEAR, size=1).lines == []

    def test_ends_before_its_end(self, app: Session) -> None:
        paid(app, 5, DAY)
        paid(app, 6, DAY + timedelta(hours=1))

        assert [line.amount for line in pages(app, STEP, 9, until=DAY + timedelta(hours=1))] == [Money(5)]

    def test_reads_debits_of_an_account_of_debits_as_more(self, app: Session) -> None:
        paid(app, 5, DAY)
        paid(app, 6, DAY)

        assert [line.balance for line in pages(app, CLEARING, 9)] == [Money(5), Money(11)]

    @pytest.mark.parametrize("size", [1, 4])
    def test_has_every_line_of_one_instant_once(self, app: Session, size: int) -> None:
        for kopecks in range(1, 10):
            paid(app, kopecks, DAY)

        balances_ = [line.balance.kopecks for line in pages(app, STEP, size)]
        assert balances_ == [1, 3, 6, 10, 15, 21, 28, 36, 45]

    def test_is_not_shifted_by_what_is_told_between_its_pages(self, app: Session) -> None:
        for hour in range(6):
            paid(app, 10, DAY + timedelta(hours=hour))
        first = statement(app, STEP, since=DAY, until=YEAR, size=3)

        paid(app, 1_000, DAY + timedelta(minutes=30))
        paid(app, 1_000, DAY + timedelta(hours=4, minutes=30))
        rolled_up(app, every=2)

        second = statement(app, STEP, since=DAY, until=YEAR, size=3, after=first.after)
        assert [line.balance.kopecks for line in [*first.lines, *second.lines]] == [10, 20, 30, 40, 50, 60]
        assert second.after is None

    @pytest.mark.parametrize("size", [0, 101])
    def test_is_bounded(self, app: Session, size: int) -> None:
        with pytest.raises(ValueError, match="between 1 and 100"):
            statement(app, STEP, since=DAY, until=YEAR, size=size)
