"""One step or payout that can't be done doesn't keep the rest from it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import update

from shared.db.session import Transactions
from shared.deals.models import Deal, StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments.models import Split
from shared.payouts import release
from shared.payouts.models import Payout, PayoutStatus
from shared.vault.models import PersonKey
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.own_connections import OwnConnections
from tests.shared.payments.steps import fund_payouts, pay_and_release, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, step_of
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, send


@pytest.fixture(autouse=True)
def _short_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_LOCK_TIMEOUT_MS", "100")


@contextmanager
def held_elsewhere(model: type[Deal | Payout], row_id: object) -> Iterator[None]:
    """Another connection keeps the row locked."""
    with OwnConnections()() as session:
        session.get_one(model, row_id, with_for_update=True)
        yield


class TestSending:
    @pytest.fixture
    def casts(self, payer: FakePayer) -> tuple[Cast, Cast]:
        """Two agents to be paid, the first one's payout first, with money for both."""
        casts = a_cast(), a_cast()
        for cast in casts:
            pay_and_release(cast)
        fund_payouts(AGENTS + AGENTS)
        return casts

    def assert_only_the_second_is_sent(
        self, payer: FakePayer, arrivals: Arrivals, casts: tuple[Cast, Cast], *, errors: int = 1
    ) -> None:
        counts = send(payer, arrivals, transactions=OwnConnections())

        assert (counts["error"], counts["sending"]) == (errors, 1)
        assert agents_payout(casts[0]).status is PayoutStatus.PLANNED
        assert agents_payout(casts[1]).status is PayoutStatus.SENDING
        assert_books_balance()

    def test_an_erased_persons(self, payer: FakePayer, arrivals: Arrivals, casts: tuple[Cast, Cast]) -> None:
        with Transactions()() as session:
            session.get_one(PersonKey, casts[0].agent_id).wrapped_key = None

        self.assert_only_the_second_is_sent(payer, arrivals, casts)
        next_at = agents_payout(casts[0]).next_at
        assert next_at is not None
        assert next_at > utc_now() + timedelta(minutes=50)

    def test_one_whose_money_is_not_there(
        self, payer: FakePayer, arrivals: Arrivals, casts: tuple[Cast, Cast]
    ) -> None:
        fund_payouts(Money(1))
        with Transactions()() as session:
            mine = Payout.owner_user_id == casts[0].agent_id
            session.execute(update(Payout).where(mine).values(amount_kopecks=AGENTS + Money(1)))

        self.assert_only_the_second_is_sent(payer, arrivals, casts)

    def test_one_whose_deal_is_busy(
        self, payer: FakePayer, arrivals: Arrivals, casts: tuple[Cast, Cast]
    ) -> None:
        # The agency's payout is of the same deal.
        with held_elsewhere(Deal, casts[0].deal_id):
            self.assert_only_the_second_is_sent(payer, arrivals, casts, errors=2)

    def test_one_that_is_busy_itself_since_it_was_taken(
        self, payer: FakePayer, arrivals: Arrivals, casts: tuple[Cast, Cast]
    ) -> None:
        busy = held_elsewhere(Payout, agents_payout(casts[0]).id)

        class TakenFirst(OwnConnections):
            """The row is locked elsewhere as soon as the run has its list."""

            @contextmanager
            def __call__(self) -> Iterator[object]:  # type: ignore[override]
                with super().__call__() as session:
                    yield session
                if not self.committed:
                    self.committed.append("the list")
                    busy.__enter__()

        try:
            counts = send(payer, arrivals, transactions=TakenFirst())
        finally:
            busy.__exit__(None, None, None)

        assert (counts["error"], counts["sending"]) == (1, 1)
        assert agents_payout(casts[1]).status is PayoutStatus.SENDING


class TestRelease:
    @pytest.fixture
    def casts(self, payer: FakePayer) -> tuple[Cast, Cast]:
        casts = a_cast(), a_cast()
        for cast in casts:
            pay_step(FakeCollector(), cast)
        return casts

    def assert_only_the_second_is_released(self, casts: tuple[Cast, Cast]) -> None:
        counts = release.release_due(OwnConnections(), now=utc_now())

        assert counts == {"released": 1, "due": 2, "error": 1}
        assert step_of(casts[0].deal_id).status is StepStatus.PAID
        assert step_of(casts[1].deal_id).status is StepStatus.RELEASED
        assert_books_balance()

    def test_one_that_would_give_more_than_was_paid(self, casts: tuple[Cast, Cast]) -> None:
        with Transactions()() as session:
            session.execute(
                update(Split)
                .where(Split.deal_id == casts[0].deal_id)
                .values(amount_kopecks=Split.amount_kopecks + Money(1))
            )

        self.assert_only_the_second_is_released(casts)

    def test_one_whose_deal_is_busy(self, casts: tuple[Cast, Cast]) -> None:
        with held_elsewhere(Deal, casts[0].deal_id):
            self.assert_only_the_second_is_released(casts)
