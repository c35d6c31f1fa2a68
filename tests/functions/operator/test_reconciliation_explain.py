from uuid import UUID

import pytest
from sqlalchemy import select

from functions.operator.reconciliation_explain.handler import app
from shared.db.session import Transactions
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.reconciliation import differences
from shared.reconciliation.models import Difference, DifferenceKind, DifferenceState
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.functions.conftest import Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, count_of
from tests.shared.reconciliation.comparing import FakeRegistry, compare, standing

WHY = {"reason": "Банк ошибся, письмо Петровой от 24.11"}


class Day:
    """One on which a sum is wrong by as much as a test says."""

    def __init__(self) -> None:
        self.bank = FakeCollector()
        pay_step(self.bank, a_cast())
        self.registry = FakeRegistry(self.bank)
        self.wrong_by(1)

    def wrong_by(self, kopecks: int) -> Difference | None:
        self.registry.changed = {next(iter(self.bank.payments)): {"amount": Money(300_000_00 + kopecks)}}
        compare(self.bank, self.registry)
        return next(iter(standing(of=DifferenceKind.PAYMENT_AMOUNT)), None)


@pytest.fixture
def day(operator: Signed) -> Day:
    return Day()


@pytest.fixture
def wrong(day: Day) -> UUID:
    return standing(of=DifferenceKind.PAYMENT_AMOUNT)[0].id


class TestExplainingADifference:
    def test_says_who_and_why_and_asks_no_more(self, call: Call, operator: Signed, wrong: UUID) -> None:
        reply = call(app, as_=operator, difference_id=wrong, body=WHY)

        assert (reply.status, reply.json["state"]) == (200, "explained"), reply.text
        with Transactions()() as session:
            found = session.get_one(Difference, wrong)
            assert (found.explained_by, differences.explanation_of(session, found)) == (
                operator.user_id,
                WHY["reason"],
            )
            assert found.explanation is not None
            assert "Петровой".encode() not in found.explanation.raw
        open_ones = OperatorTask.status == TaskStatus.OPEN
        assert count_of(OperatorTask, OperatorTask.entity_id == wrong, open_ones) == 0

    def test_holds_while_its_sums_stay(self, call: Call, operator: Signed, day: Day, wrong: UUID) -> None:
        call(app, as_=operator, difference_id=wrong, body=WHY)

        again = day.wrong_by(1)

        assert again is not None
        assert (again.id, again.state) == (wrong, DifferenceState.EXPLAINED)

    def test_ends_when_its_sums_change(self, call: Call, operator: Signed, day: Day, wrong: UUID) -> None:
        call(app, as_=operator, difference_id=wrong, body=WHY)

        again = day.wrong_by(2)

        assert again is not None
        assert (again.id, again.state) == (wrong, DifferenceState.OPEN)
        open_ones = OperatorTask.status == TaskStatus.OPEN
        assert count_of(OperatorTask, OperatorTask.entity_id == wrong, open_ones) == 1

    def test_may_be_said_better(self, call: Call, operator: Signed, wrong: UUID) -> None:
        call(app, as_=operator, difference_id=wrong, body=WHY)
        call(app, as_=operator, difference_id=wrong, body={"reason": "Исправлено банком"})

        with Transactions()() as session:
            found = session.get_one(Difference, wrong)
            assert differences.explanation_of(session, found) == "Исправлено банком"

    def test_of_what_agrees_by_now_is_refused(
        self, call: Call, operator: Signed, day: Day, wrong: UUID
    ) -> None:
        day.wrong_by(0)

        assert call(app, as_=operator, difference_id=wrong, body=WHY).code == "difference_settled"
        with Transactions()() as session:
            closed = session.scalars(select(Difference).where(Difference.id == wrong)).one()
        assert closed.closed_at is not None

    def test_of_nothing_is_absent(self, call: Call, operator: Signed) -> None:
        assert call(app, as_=operator, difference_id=new_id(), body=WHY).code == "difference_not_found"

    def test_needs_a_reason(self, call: Call, operator: Signed, wrong: UUID) -> None:
        assert call(app, as_=operator, difference_id=wrong, body={"reason": "ок"}).status == 422
