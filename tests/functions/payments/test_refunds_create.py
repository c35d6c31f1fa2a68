import pytest

from functions.payments.refunds_create.handler import app
from shared.auth.step_up_models import StepUpAction
from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.ledger import accounts
from shared.refunds.models import Refund
from tests.builders.people import a_member_of_staff
from tests.builders.people import sign_in as sign_in_as
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import balance, pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, sign_in
from tests.shared.refunds.asking import held, payment_of


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast(hold_days=3)
    pay_step(FakeCollector(), cast)
    return cast


def a_body(kopecks: int = 5_000_00, **more: object) -> dict[str, object]:
    return {"amount_kopecks": kopecks, "reason": "client_request", **more}


def path_of(cast: Cast) -> str:
    return f"/payments/{payment_of(cast).id}/refunds"


def asked(call: Call, cast: Cast, caller: Signed, body: dict[str, object], **more: object) -> Answer:
    return call(app, as_=caller, body=body, payment_id=payment_of(cast).id, **more)


class TestCreateRefund:
    def test_sets_a_part_aside_at_once(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)

        reply = asked(call, cast, agent, a_body(comment="Клиент передумал"))

        assert reply.status == 201
        refund = reply.json
        assert (refund["status"], refund["amount_kopecks"], refund["step_no"]) == ("accepted", 5_000_00, 1)
        assert refund["comment"] == "Клиент передумал"
        assert balance(accounts.refund_in_transit(refund["id"])) == Money(5_000_00)
        assert_books_balance()

    def test_the_agencys_head_may_too(self, call: Call, cast: Cast) -> None:
        assert cast.admin_id is not None
        admin = sign_in(cast.admin_id, Role.AGENCY_ADMIN)

        assert asked(call, cast, admin, a_body()).status == 201

    def test_the_client_may_not(self, call: Call, cast: Cast) -> None:
        reply = asked(call, cast, sign_in(cast.client_id, Role.CLIENT), a_body())

        assert (reply.status, reply.code) == (403, "role_not_allowed")

    def test_somebody_elses_payment_is_absent(self, call: Call, cast: Cast) -> None:
        other = a_cast()

        reply = asked(call, cast, sign_in(other.agent_id, Role.AGENT), a_body())

        assert (reply.status, reply.code) == (404, "payment_not_found")

    def test_the_same_key_makes_one_refund(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)

        first, again = (asked(call, cast, agent, a_body(), key="the-same-key") for _ in range(2))

        assert again.json == first.json
        assert count_of(Refund) == 1

    def test_a_key_is_needed(self, call: Call, cast: Cast) -> None:
        reply = asked(call, cast, sign_in(cast.agent_id, Role.AGENT), a_body(), key=None)

        assert (reply.status, reply.code) == (422, "idempotency_key_needed")

    def test_more_than_is_left_is_refused(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)
        body = a_body(300_000_01)
        headers = confirmed(agent, StepUpAction.REFUND_CREATE, path_of(cast), body)

        reply = asked(call, cast, agent, body, headers=headers)

        assert (reply.status, reply.code) == (422, "refund_too_large")
        assert held(cast) == Money(300_000_00)

    @pytest.mark.parametrize("field", [{"amount_kopecks": 0}, {"reason": "dispute_decision"}, {"more": 1}])
    def test_what_is_malformed_is_refused(self, call: Call, cast: Cast, field: dict[str, object]) -> None:
        reply = asked(call, cast, sign_in(cast.agent_id, Role.AGENT), {**a_body(), **field})

        assert (reply.status, reply.code) == (422, "invalid_fields")


class TestLimits:
    def test_a_large_one_needs_a_code_to_the_phone(self, call: Call, cast: Cast) -> None:
        agent, body = sign_in(cast.agent_id, Role.AGENT), a_body(10_000_01)

        refused = asked(call, cast, agent, body)
        headers = confirmed(agent, StepUpAction.REFUND_CREATE, path_of(cast), body)
        taken = asked(call, cast, agent, body, headers=headers)

        assert (refused.status, refused.code) == (403, "step_up_needed")
        assert taken.status == 201

    def test_a_code_for_another_sum_is_none(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)
        headers = confirmed(agent, StepUpAction.REFUND_CREATE, path_of(cast), a_body(10_000_01))

        reply = asked(call, cast, agent, a_body(20_000_00), headers=headers)

        assert reply.code == "step_up_needed"

    def test_a_very_large_one_waits_for_a_second_person(self, call: Call, cast: Cast) -> None:
        agent, body = sign_in(cast.agent_id, Role.AGENT), a_body(100_000_01)
        headers = confirmed(agent, StepUpAction.REFUND_CREATE, path_of(cast), body)

        reply = asked(call, cast, agent, body, headers=headers)

        assert (reply.status, reply.json["status"]) == (201, "awaiting_approval")
        assert reply.json["approve_until"] is not None
        assert held(cast) == Money(300_000_00)


class TestOfADisputedDeal:
    @pytest.fixture
    def disputed(self, cast: Cast) -> Cast:
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.DISPUTE
        return cast

    def test_the_agent_can_give_nothing_back(self, call: Call, disputed: Cast) -> None:
        reply = asked(call, disputed, sign_in(disputed.agent_id, Role.AGENT), a_body())

        assert (reply.status, reply.code) == (409, "deal_in_dispute")

    def test_staff_can(self, call: Call, disputed: Cast) -> None:
        with Transactions()() as session:
            person = a_member_of_staff(session, utc_now()).person
            operator = sign_in_as(session, person, Role.OPERATOR, utc_now())

        assert asked(call, disputed, operator, a_body()).status == 201
