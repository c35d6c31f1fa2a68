import base64
import json

import pytest
from sqlalchemy import select

from functions.operator.statements_registry.handler import app
from shared.config import tbank, terminals
from shared.db.session import Transactions
from shared.reconciliation.registry_models import RegistryDay, StoredRegistryLine
from tests.functions.conftest import Answer, Call, Signed
from tests.shared.payments.world import assert_books_balance, count_of
from tests.shared.reconciliation.test_reading_tables import REGISTRY
from tests.shared.reconciliation.test_reading_tbank import BACK, PAID, file_of


@pytest.fixture(autouse=True)
def two_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOUSLER_TERMINALS", "yookassa=yookassa,tbank=tbank")
    terminals.load.cache_clear()


def bring(call: Call, operator: Signed, text: str) -> Answer:
    return call(app, as_=operator, body={"content_base64": base64.b64encode(text.encode()).decode()})


class TestTakingARegistry:
    def test_says_what_the_provider_owes(self, call: Call, operator: Signed) -> None:
        reply = bring(call, operator, REGISTRY)

        assert reply.status == 201, reply.text
        (day,) = reply.json["days"]
        assert (day["terminal"], day["day"], day["lines"]) == ("tbank", "2026-11-23", 3)
        assert (day["paid_kopecks"], day["refunded_kopecks"]) == (30_000_000, 1_000_000)
        assert day["net_kopecks"] == 30_000_000 - 1_000_000 - 210_000 - 9_900

    def test_replaces_its_days(self, call: Call, operator: Signed) -> None:
        bring(call, operator, REGISTRY)

        bring(call, operator, "".join(REGISTRY.splitlines(keepends=True)[:2]))

        assert (count_of(RegistryDay), count_of(StoredRegistryLine)) == (1, 1)
        with Transactions()() as session:
            assert session.scalars(select(RegistryDay.lines)).one() == 1
        assert_books_balance()

    def test_is_divided_by_moscow_days(self, call: Call, operator: Signed) -> None:
        late = REGISTRY.replace("2026-11-23T11:00:00Z", "2026-11-23T21:00:00Z")

        days = bring(call, operator, late).json["days"]

        assert [day["day"] for day in days] == ["2026-11-23", "2026-11-24"]

    def test_may_be_the_banks_own_file(
        self, call: Call, operator: Signed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        described = {"tbank": {"terminal_key": "1DEMO", "passwords": ["secret"]}}
        monkeypatch.setenv("TBANK_TERMINALS", json.dumps(described))
        tbank.load_terminals.cache_clear()

        (day,) = bring(call, operator, file_of(PAID, BACK).decode()).json["days"]

        assert (day["terminal"], day["net_kopecks"]) == ("tbank", 29_790_000 - 1_000_000)

    def test_owes_nothing_of_what_lies_in_a_deal(
        self, call: Call, operator: Signed, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        described = {"tbank": {"terminal_key": "1DEMO", "passwords": ["secret"]}}
        monkeypatch.setenv("TBANK_TERMINALS", json.dumps(described))
        tbank.load_terminals.cache_clear()

        (day,) = bring(call, operator, file_of(PAID + "deal-7").decode()).json["days"]

        assert (day["paid_kopecks"], day["net_kopecks"]) == (30_000_000, 0)

    def test_refuses_a_terminal_that_nobody_has(self, call: Call, operator: Signed) -> None:
        reply = bring(call, operator, REGISTRY.replace("tbank;", "other;"))

        assert (reply.status, reply.code, count_of(RegistryDay)) == (422, "terminal_unknown", 0)
