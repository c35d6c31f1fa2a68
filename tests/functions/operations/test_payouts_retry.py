from typing import Any
from uuid import uuid4

import pytest

from functions.operations.payouts_retry.handler import app
from shared.audit.models import AuditLog
from shared.payouts.models import PayoutStatus
from shared.ports.payments import ProviderRefused
from tests.shared.payments.fakes import FakePayer
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, count_of
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, send


@pytest.fixture
def cast(database: object) -> Cast:
    """A released step whose agent's payout failed."""
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(AGENTS)
    send(FakePayer(before=ProviderRefused("invalid_request")), Arrivals())
    return cast


def a_retry(cast: Cast, **changes: Any) -> dict[str, Any]:
    return {"payout_id": str(agents_payout(cast).id), "reason": "account_changed", **changes}


class TestRetryPayout:
    def test_plans_a_failed_payout_anew(self, cast: Cast) -> None:
        answer = app(a_retry(cast), None)

        assert answer["result"] == {
            "payout_id": str(agents_payout(cast).id),
            "status": "planned",
            "attempt": 2,
            "amount_kopecks": AGENTS.kopecks,
        }
        assert count_of(AuditLog, AuditLog.action == "payout.retried") == 1

    def test_takes_each_failure_once(self, cast: Cast) -> None:
        app(a_retry(cast), None)

        assert app(a_retry(cast), None)["refused"]["code"] == "payout_not_failed"
        assert agents_payout(cast).attempt == 2

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"payout_id": str(uuid4())}, "payout_not_found"),
            ({"payout_id": "1"}, "invalid_fields"),
            ({"reason": ""}, "invalid_fields"),
            ({"reason": "Иванов просил"}, "invalid_fields"),
            ({"status": "planned"}, "invalid_fields"),
        ],
    )
    def test_wrong_fields_change_nothing(self, cast: Cast, changes: dict[str, Any], code: str) -> None:
        assert app(a_retry(cast, **changes), None)["refused"]["code"] == code
        assert agents_payout(cast).status is PayoutStatus.FAILED
