import pytest

from functions.operator.reconciliation_run.handler import app
from shared.kernel.clock import moscow_date, utc_now
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.conftest import Call, Signed
from tests.functions.money import bank, bank_process

__all__ = ["bank", "bank_process"]


@pytest.mark.usefixtures("bank")
class TestComparingADay:
    def test_says_what_came_of_it(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, body={"day": "2026-11-02"})

        assert (reply.status, reply.json["status"]) == (201, "finished"), reply.text
        assert reply.json["started_by"] == str(operator.user_id)
        assert reply.json["opened"] == 1  # no statement of that Monday

    def test_repeated_with_its_key_is_one(self, call: Call, operator: Signed) -> None:
        replies = [
            call(app, as_=operator, body={"day": "2026-11-02"}, key="a-key-of-sixteen") for _ in range(2)
        ]

        assert replies[0].json["id"] == replies[1].json["id"]

    def test_refuses_a_day_that_isnt_over(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, body={"day": moscow_date(utc_now()).isoformat()})

        assert (reply.status, reply.code) == (422, "day_not_over")

    def test_goes_on_without_a_silent_provider(self, call: Call, operator: Signed, bank: BankSide) -> None:
        bank.spoil("error_before", "payments.list")

        reply = call(app, as_=operator, body={"day": "2026-11-02"})

        assert (reply.status, reply.json["standing"]) == (201, 2)
