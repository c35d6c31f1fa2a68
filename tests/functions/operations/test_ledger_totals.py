from functions.operations.ledger_totals.handler import app
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast


class TestReadTotals:
    def test_empty_books(self, database: object) -> None:
        assert app({}, None) == {
            "result": {"debits_kopecks": 0, "credits_kopecks": 0, "cover_ok": True, "balances": []}
        }

    def test_after_a_payment(self, database: object) -> None:
        pay_step(FakeCollector(), a_cast())

        result = app({}, None)["result"]

        assert result["debits_kopecks"] == result["credits_kopecks"] == 304_200_00
        assert result["cover_ok"] is True
        assert {line["account"]: line["kopecks"] for line in result["balances"]} == {
            "acquiring_fee": 2_100_00,
            "client_bank": 2_100_00,
            "deal_hold": 300_000_00,
            "platform_cash": -2_100_00,
            "provider_clearing": 297_900_00,
        }

    def test_takes_nothing(self, database: object) -> None:
        assert app({"deal_id": "1"}, None)["refused"]["code"] == "invalid_fields"
