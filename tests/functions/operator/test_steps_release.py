from typing import Any

import pytest

from functions.operator.steps_release.handler import app
from shared.auth.step_up_models import StepUpAction
from shared.config import releases
from shared.kernel.money import Money
from shared.payouts.release_models import StepRelease
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.disputes.claims import open_dispute
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, step_of
from tests.shared.refunds.asking import SETTINGS, ask, held


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast(hold_days=30, steps=[Money(80_000_00)])
    pay_step(FakeCollector(), cast)
    return cast


def released(call: Call, operator: Signed, cast: Cast, step_no: int = 1, **body: object) -> Answer:
    body = {"reason": "parties_agreed", **body}
    path = f"/operator/deals/{cast.deal_id}/steps/{step_no}/release"
    headers = confirmed(operator, StepUpAction.STEP_RELEASE, path, body)
    return call(app, as_=operator, deal_id=cast.deal_id, step_no=step_no, body=body, headers=headers)


class TestReleasingEarly:
    def test_lets_a_part_go_and_holds_the_rest(self, call: Call, operator: Signed, cast: Cast) -> None:
        reply = released(call, operator, cast, amount_kopecks=3_000_001)

        assert reply.status == 201
        assert (reply.json["amount_kopecks"], reply.json["reason"]) == (3_000_001, "parties_agreed")
        assert held(cast) == Money(49_999_99)
        assert step_of(cast.deal_id).status == "paid"
        assert_books_balance()

    def test_without_a_sum_lets_all_the_rest_go(self, call: Call, operator: Signed, cast: Cast) -> None:
        released(call, operator, cast, amount_kopecks=1)

        reply = released(call, operator, cast, reason="operator_decision")

        assert (reply.status, reply.json["amount_kopecks"]) == (201, 7_999_999)
        assert step_of(cast.deal_id).status == "released"
        assert released(call, operator, cast).code == "nothing_held"

    def test_of_more_than_is_held_is_refused(self, call: Call, operator: Signed, cast: Cast) -> None:
        assert released(call, operator, cast, amount_kopecks=8_000_001).code == "release_too_large"

    def test_of_more_than_one_person_decides_is_refused(
        self, call: Call, operator: Signed, cast: Cast, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("RELEASE_ALONE_UP_TO_KOPECKS", "7999999")
        releases.load.cache_clear()
        try:
            reply = released(call, operator, cast)
        finally:
            monkeypatch.undo()
            releases.load.cache_clear()

        assert (reply.status, reply.code) == (403, "release_above_limit")
        assert count_of(StepRelease) == 0

    def test_stands_still_in_a_dispute(self, call: Call, operator: Signed, cast: Cast) -> None:
        open_dispute(cast)

        assert released(call, operator, cast).code == "release_frozen"

    def test_waits_for_the_decision_about_a_refund(self, call: Call, operator: Signed, cast: Cast) -> None:
        ask(cast, Money(1_00), settings=SETTINGS._replace(approval_above=Money.zero()))

        assert released(call, operator, cast).code == "release_frozen"

    def test_needs_a_step_that_is_there(self, call: Call, operator: Signed, cast: Cast) -> None:
        assert released(call, operator, cast, 7).code == "step_not_found"

    @pytest.mark.parametrize("wrong", [{"reason": "rule"}, {"amount_kopecks": 0}, {"reason": None}])
    def test_takes_its_own_reasons_only(
        self, call: Call, operator: Signed, cast: Cast, wrong: dict[str, Any]
    ) -> None:
        assert released(call, operator, cast, **wrong).code == "invalid_fields"

    def test_needs_the_operators_phone(self, call: Call, operator: Signed, cast: Cast) -> None:
        reply = call(app, as_=operator, deal_id=cast.deal_id, step_no=1, body={"reason": "parties_agreed"})

        assert (reply.status, reply.code) == (403, "step_up_needed")
