from datetime import timedelta

import pytest

from functions.operator.ledger_statement.handler import app
from tests.functions.conftest import Call, Signed
from tests.functions.operator.ledger_books import DAY, books, operator

__all__ = ["books", "operator"]

pytestmark = pytest.mark.usefixtures("books")


class TestLedgerStatement:
    def test_has_every_line_with_the_balance_after_it(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, query={"account": "provider_clearing:yookassa"})

        assert reply.status == 200
        told = [
            (line["side"], line["amount_kopecks"], line["balance_kopecks"]) for line in reply.json["items"]
        ]
        assert told == [("debit", 10, 10), ("debit", 20, 30), ("debit", 30, 60)]

    def test_comes_page_by_page(self, call: Call, operator: Signed) -> None:
        balances, cursor = [], None
        for _ in range(3):
            query = {"account": "provider_clearing:yookassa", "limit": "1"}
            page = call(app, as_=operator, query=query | ({"cursor": cursor} if cursor else {})).json
            balances += [line["balance_kopecks"] for line in page["items"]]
            cursor = page["next_cursor"]

        assert balances == [10, 30, 60]
        assert cursor is None

    def test_of_a_time_begins_with_what_was_there(self, call: Call, operator: Signed) -> None:
        query = {
            "account": "provider_clearing:yookassa",
            "since": (DAY + timedelta(hours=1)).isoformat(),
            "until": (DAY + timedelta(hours=2)).isoformat(),
        }

        (line,) = call(app, as_=operator, query=query).json["items"]
        assert line["balance_kopecks"] == 30

    @pytest.mark.parametrize("query", [{"account": "a b"}, {}, {"account": "client_bank", "cursor": "x"}])
    def test_refuses_what_names_nothing(self, call: Call, operator: Signed, query: dict[str, str]) -> None:
        assert call(app, as_=operator, query=query).status == 422
