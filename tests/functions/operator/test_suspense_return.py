from uuid import UUID, uuid4

import pytest

from functions.operator.suspense_return.handler import app
from shared.auth.step_up_models import StepUpAction
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.refunds.models import Refund
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import balance
from tests.shared.payments.stray import put, stray_money
from tests.shared.payments.world import a_cast, assert_books_balance, count_of

STRAY = Money(77_00)


@pytest.fixture
def stray(database: object) -> UUID:
    return stray_money(FakeCollector(), STRAY)


def returned(call: Call, operator: Signed, payment_id: UUID, **more: object) -> Answer:
    headers = confirmed(operator, StepUpAction.SUSPENSE_RETURN, f"/operator/suspense/{payment_id}/return")
    return call(app, as_=operator, payment_id=payment_id, headers=headers, **more)


class TestReturningAPayment:
    def test_sets_it_aside_for_its_payer_and_settles_the_task(
        self, call: Call, operator: Signed, stray: UUID
    ) -> None:
        reply = returned(call, operator, stray)

        assert (reply.status, reply.json["amount_kopecks"]) == (202, 77_00)
        assert balance(accounts.suspense(stray)) == Money.zero()
        assert balance(accounts.refund_in_transit(UUID(reply.json["id"]))) == STRAY
        assert count_of(OperatorTask, OperatorTask.status == TaskStatus.OPEN) == 0
        assert_books_balance()

    def test_happens_once(self, call: Call, operator: Signed, stray: UUID) -> None:
        key = str(uuid4())

        first, again = (returned(call, operator, stray, key=key) for _ in range(2))
        other = returned(call, operator, stray)

        assert (first.status, again.json) == (202, first.json)
        assert other.status == 409
        assert count_of(Refund) == 1

    def test_of_what_was_placed_is_refused(self, call: Call, operator: Signed, database: object) -> None:
        stray = stray_money(FakeCollector())
        put(stray, a_cast())

        assert returned(call, operator, stray).status == 409
        assert count_of(Refund) == 0

    def test_needs_a_code_to_the_phone(self, call: Call, operator: Signed, stray: UUID) -> None:
        assert call(app, as_=operator, payment_id=stray).code == "step_up_needed"
