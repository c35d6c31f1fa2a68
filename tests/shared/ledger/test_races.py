"""Two workers at once, on real connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from threading import Barrier
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.errors import DomainError
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.ledger.errors import FloorBreached, KeyReused
from shared.ledger.posting import Cause, Kind, Movement, PostingResult, post
from tests.conftest import TestDatabase, engine_for

NOON = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
CLEARING = accounts.provider_clearing("yookassa")
Outcome = PostingResult | DomainError


def pay_in(session: Session, hold: accounts.Account, kopecks: int, key: str) -> PostingResult:
    movement = Movement(CLEARING, hold, Money(kopecks))
    return post(
        session, kind=Kind.PAYMENT_RECEIVED, key=key, movements=[movement], occurred_at=NOON, cause=Cause()
    )


def release(
    session: Session, hold: accounts.Account, kopecks: int, key: str, owner_id: UUID | None = None
) -> PostingResult:
    movement = Movement(hold, accounts.payable(owner_id or new_id(), new_id()), Money(kopecks))
    return post(
        session, kind=Kind.STEP_RELEASED, key=key, movements=[movement], occurred_at=NOON, cause=Cause()
    )


@pytest.fixture
def at_once(
    database: TestDatabase,
) -> Callable[[int, Callable[[Session, int], PostingResult]], list[Outcome]]:
    """Run the work in several sessions that all start together; refusals are outcomes."""

    def run(count: int, work: Callable[[Session, int], PostingResult]) -> list[Outcome]:
        start = Barrier(count)

        def one(number: int) -> Outcome:
            with Session(engine_for(database.app_url)) as session:
                session.execute(text("SELECT 1"))
                start.wait(timeout=20)
                try:
                    result = work(session, number)
                    session.commit()
                except DomainError as refusal:
                    return refusal
                return result

        with ThreadPoolExecutor(count) as pool:
            return list(pool.map(one, range(count)))

    return run


AtOnce = Callable[[int, Callable[[Session, int], PostingResult]], list[Outcome]]


class TestTheSameKeyAtOnce:
    def test_is_posted_by_one(self, at_once: AtOnce, app: Session) -> None:
        hold = accounts.deal_hold(new_id(), 1)

        outcomes = at_once(8, lambda session, _: pay_in(session, hold, 100, "one payment"))

        results = [outcome for outcome in outcomes if isinstance(outcome, PostingResult)]
        assert len(results) == 8
        assert sorted(result.already_posted for result in results) == [False] + [True] * 7
        assert len({result.transaction_id for result in results}) == 1
        assert balances.balance_of(app, hold) == Money(100)

    def test_with_other_content_is_refused(self, at_once: AtOnce, app: Session) -> None:
        hold = accounts.deal_hold(new_id(), 1)

        outcomes = at_once(4, lambda session, number: pay_in(session, hold, 100 + number, "one payment"))

        assert sum(isinstance(outcome, KeyReused) for outcome in outcomes) == 3
        assert balances.totals(app).debits == balances.balance_of(app, hold)


class TestTheSameMoneyAtOnce:
    def test_is_spent_once(self, at_once: AtOnce, app: Session) -> None:
        hold = accounts.deal_hold(new_id(), 1)
        pay_in(app, hold, 100, "payment")
        app.commit()

        outcomes = at_once(8, lambda session, number: release(session, hold, 60, f"release {number}"))

        assert sum(isinstance(outcome, FloorBreached) for outcome in outcomes) == 7
        assert balances.balance_of(app, hold) == Money(40)
        assert balances.drifted_accounts(app) == []

    def test_in_opposite_directions_does_not_deadlock(self, at_once: AtOnce, app: Session) -> None:
        holds = [accounts.deal_hold(new_id(), step) for step in range(4)]
        for number, hold in enumerate(holds):
            pay_in(app, hold, 1_000, f"payment {number}")
        app.commit()

        def cross(session: Session, number: int) -> PostingResult:
            order = holds if number % 2 else holds[::-1]
            movements = [
                Movement(one, other, Money(1))
                for one, other in zip(order, order[1:] + order[:1], strict=True)
            ]
            for turn in range(5):
                result = post(
                    session, kind=Kind.PAYMENT_RECEIVED, key=f"{number}/{turn}", movements=movements,
                    occurred_at=NOON, cause=Cause(),
                )  # fmt: skip
                session.commit()
            return result

        outcomes = at_once(4, cross)

        assert all(isinstance(outcome, PostingResult) for outcome in outcomes)
        assert [balances.balance_of(app, hold) for hold in holds] == [Money(1_000)] * 4

    def test_new_accounts_opened_at_once_are_one_account(self, at_once: AtOnce, app: Session) -> None:
        hold = accounts.deal_hold(new_id(), 1)

        at_once(6, lambda session, number: pay_in(session, hold, 10, f"payment {number}"))

        assert balances.balance_of(app, hold) == Money(60)
        opened = app.execute(text("SELECT count(*) FROM ledger_accounts")).scalar_one()
        assert opened == 2
