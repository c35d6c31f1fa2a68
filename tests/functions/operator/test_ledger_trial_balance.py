from datetime import timedelta

import pytest

from functions.operator.ledger_trial_balance.handler import app as read_trial_balance
from tests.functions.conftest import Call, Signed
from tests.functions.operator.ledger_books import DAY, books, operator

__all__ = ["books", "operator"]

pytestmark = pytest.mark.usefixtures("books")


class TestTheTrialBalance:
    def test_adds_up_every_kind(self, call: Call, operator: Signed) -> None:
        reply = call(read_trial_balance, as_=operator)

        assert (reply.json["debits_kopecks"], reply.json["credits_kopecks"]) == (60, 60)
        assert [(kind["kind"], kind["balance_kopecks"]) for kind in reply.json["kinds"]] == [
            ("deal_hold", 60),
            ("provider_clearing", 60),
        ]

    def test_knows_the_past(self, call: Call, operator: Signed) -> None:
        reply = call(read_trial_balance, as_=operator, query={"at": (DAY + timedelta(hours=1)).isoformat()})

        assert (reply.json["debits_kopecks"], reply.json["credits_kopecks"]) == (30, 30)
