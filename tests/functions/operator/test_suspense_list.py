import pytest

from functions.operator.suspense_list.handler import app
from shared.kernel.money import Money
from tests.functions.conftest import Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link, hear, pay_step
from tests.shared.payments.stray import put, stray_money
from tests.shared.payments.world import a_cast


@pytest.fixture
def bank(database: object) -> FakeCollector:
    return FakeCollector()


class TestListingSuspense:
    def test_tells_sum_reason_and_what_was_asked_for(
        self, call: Call, operator: Signed, bank: FakeCollector
    ) -> None:
        cast = a_cast()
        link = ask_for_link(bank, cast)
        bank.pay(link.provider_payment_id or "", amount=Money(299_999_99))
        hear(bank, link.provider_payment_id or "")
        stray_money(bank, Money(77_00))

        reply = call(app, as_=operator)

        assert (reply.status, reply.json["total"]) == (200, 2)
        wrong, stray = reply.json["items"]
        assert (wrong["reason"], wrong["amount_kopecks"], wrong["deal_id"], wrong["step_no"]) == (
            "amount_mismatch",
            299_999_99,
            str(cast.deal_id),
            1,
        )
        assert (stray["reason"], stray["amount_kopecks"], stray["deal_id"], stray["step_no"]) == (
            "unknown_intent",
            77_00,
            None,
            None,
        )
        assert 0 <= stray["age_seconds"] < 600

    def test_leaves_out_what_came_where_it_belongs(
        self, call: Call, operator: Signed, bank: FakeCollector
    ) -> None:
        pay_step(bank, a_cast())
        put(stray_money(bank), a_cast())

        assert call(app, as_=operator).json["items"] == []

    def test_is_paged(self, call: Call, operator: Signed, bank: FakeCollector) -> None:
        first, second = (str(stray_money(bank, Money(sum_))) for sum_ in (10_00, 20_00))

        pages = [call(app, as_=operator, query={"page": page, "size": "1"}).json for page in ("1", "2")]

        assert [[each["payment_id"] for each in page["items"]] for page in pages] == [[first], [second]]
