import pytest

from functions.operator.ledger_accounts.handler import app as list_accounts
from tests.functions.conftest import Call, Signed
from tests.functions.operator.ledger_books import DAY, STEPS, books, operator

__all__ = ["books", "operator"]

pytestmark = pytest.mark.usefixtures("books")


class TestTheAccountsOfAKind:
    def test_come_page_by_page_with_their_balances(self, call: Call, operator: Signed) -> None:
        first = call(list_accounts, as_=operator, query={"kind": "deal_hold", "limit": "1"}).json
        query = {"kind": "deal_hold", "limit": "1", "after": first["next_after"]}
        second = call(list_accounts, as_=operator, query=query).json

        assert first["items"] + second["items"] == [
            {"account": STEPS[0].key, "balance_kopecks": 40},
            {"account": STEPS[1].key, "balance_kopecks": 20},
        ]
        assert second["next_after"] is None

    def test_know_the_past(self, call: Call, operator: Signed) -> None:
        query = {"kind": "deal_hold", "at": DAY.isoformat()}

        page = call(list_accounts, as_=operator, query=query).json
        assert [line["balance_kopecks"] for line in page["items"]] == [10, 0]
