from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from functions.operator.suspense_place.handler import app
from shared.audit.models import AuditLog
from shared.auth.step_up_models import StepUpAction
from shared.db.session import transaction
from shared.kernel.money import Money
from shared.ledger import accounts
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import balance
from tests.shared.payments.stray import stray_money
from tests.shared.payments.world import COMMISSION, Cast, a_cast, assert_books_balance


@pytest.fixture
def cast(database: object) -> Cast:
    return a_cast()


@pytest.fixture
def stray(cast: Cast) -> UUID:
    return stray_money(FakeCollector())


def placed(call: Call, operator: Signed, payment_id: UUID, cast: Cast, **more: object) -> Answer:
    body = {"deal_id": str(cast.deal_id), "step_no": 1}
    path = f"/operator/suspense/{payment_id}/place"
    headers = confirmed(operator, StepUpAction.SUSPENSE_PLACE, path, body)
    return call(app, as_=operator, payment_id=payment_id, body=body, headers=headers, **more)


class TestPlacingAPayment:
    def test_credits_the_step(self, call: Call, operator: Signed, cast: Cast, stray: UUID) -> None:
        reply = placed(call, operator, stray, cast)

        assert (reply.status, reply.json) == (
            200,
            {
                "payment_id": str(stray),
                "status": "received",
                "amount_kopecks": 300_000_00,
                "deal_id": str(cast.deal_id),
                "step_no": 1,
            },
        )
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == COMMISSION
        assert_books_balance()

    def test_is_written_down_as_the_operators_deed(
        self, call: Call, operator: Signed, cast: Cast, stray: UUID
    ) -> None:
        placed(call, operator, stray, cast)

        with transaction() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "payment.placed")).one()
            assert (line.actor_id, line.entity_id) == (operator.user_id, stray)

    def test_happens_once_under_one_key(self, call: Call, operator: Signed, cast: Cast, stray: UUID) -> None:
        key = str(uuid4())

        replies = [placed(call, operator, stray, cast, key=key) for _ in range(2)]

        assert [each.status for each in replies] == [200, 200]
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == COMMISSION

    def test_of_another_sum_is_refused(self, call: Call, operator: Signed, cast: Cast) -> None:
        other = stray_money(FakeCollector(), Money(299_999_99))

        reply = placed(call, operator, other, cast)

        assert (reply.status, reply.code) == (409, "placed_sum_differs")
        assert balance(accounts.suspense(other)) == Money(299_999_99)

    def test_needs_a_code_to_the_phone_and_a_key(
        self, call: Call, operator: Signed, cast: Cast, stray: UUID
    ) -> None:
        body = {"deal_id": str(cast.deal_id), "step_no": 1}

        assert call(app, as_=operator, payment_id=stray, body=body).code == "step_up_needed"
        assert placed(call, operator, stray, cast, key=None).code == "idempotency_key_needed"
