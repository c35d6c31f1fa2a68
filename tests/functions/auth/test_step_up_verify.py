from datetime import timedelta

import pytest
from sqlalchemy import update

from shared.auth.step_up_models import StepUpGrant
from shared.db.session import transaction
from shared.http.function import HttpFunction
from shared.kernel.clock import utc_now
from tests.builders.outside import Outbox
from tests.functions.auth.step_up import (
    BODY,
    an_agent,
    calling_out,
    confirmed,
    guarded,
    order,
    refusing,
)
from tests.functions.conftest import Call, Signed


@pytest.fixture
def agent(call: Call) -> Signed:
    return an_agent()


class TestASensitiveRequest:
    @pytest.mark.parametrize("app", [guarded, calling_out], ids=["one transaction", "its own transactions"])
    def test_passes_once_with_its_confirmation(
        self, call: Call, sms: Outbox, agent: Signed, app: HttpFunction
    ) -> None:
        token = confirmed(call, sms, agent)

        first, second = order(call, agent, token, app=app), order(call, agent, token, app=app)

        assert first.status == 200, first.text
        assert (second.status, second.code) == (403, "step_up_needed")

    @pytest.mark.parametrize("token", [None, "", "x" * 43])
    def test_without_one_is_refused(self, call: Call, agent: Signed, token: str | None) -> None:
        assert order(call, agent, token).code == "step_up_needed"

    def test_that_differs_from_the_confirmed_one_is_refused(
        self, call: Call, sms: Outbox, agent: Signed
    ) -> None:
        token = confirmed(call, sms, agent)

        changed = order(call, agent, token, body={**BODY, "account": "40817810700000000002"})
        elsewhere = order(call, agent, token, number=8)

        assert (changed.code, elsewhere.code) == ("step_up_needed", "step_up_needed")
        assert order(call, agent, token).status == 200

    def test_does_not_mind_the_order_of_its_fields(self, call: Call, sms: Outbox, agent: Signed) -> None:
        token = confirmed(call, sms, agent, body={"share": 5, "account": BODY["account"]})

        assert order(call, agent, token).status == 200

    def test_of_another_session_is_refused(self, call: Call, sms: Outbox, agent: Signed) -> None:
        token = confirmed(call, sms, agent)

        assert order(call, an_agent(), token).code == "step_up_needed"

    def test_is_refused_five_minutes_later(self, call: Call, sms: Outbox, agent: Signed) -> None:
        token = confirmed(call, sms, agent)
        with transaction() as session:
            session.execute(update(StepUpGrant).values(expires_at=utc_now() - timedelta(seconds=1)))

        assert order(call, agent, token).code == "step_up_needed"

    def test_that_is_refused_for_another_reason_keeps_its_confirmation(
        self, call: Call, sms: Outbox, agent: Signed
    ) -> None:
        token = confirmed(call, sms, agent)

        assert order(call, agent, token, app=refusing).code == "refused"
        assert order(call, agent, token).status == 200

    def test_that_is_repeated_with_its_key_needs_no_second_one(
        self, call: Call, sms: Outbox, agent: Signed
    ) -> None:
        token, key = confirmed(call, sms, agent), "order-0001"
        headers = {"X-Step-Up": token}

        first = call(guarded, as_=agent, body=BODY, key=key, headers=headers, number=7)
        again = call(guarded, as_=agent, body=BODY, key=key, headers=headers, number=7)

        assert (first.status, again.status) == (200, 200)
        assert again.headers["Idempotency-Replayed"] == "true"
