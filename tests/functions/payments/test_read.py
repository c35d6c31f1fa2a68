from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from functions.payments.read.handler import app
from shared.db.session import Transactions
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payments.models import Payment
from tests.functions.conftest import Call
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import hear, pay_step
from tests.shared.payments.world import Cast, a_cast, sign_in


@pytest.fixture
def cast(database: object) -> Cast:
    cast = a_cast()
    pay_step(FakeCollector(), cast)
    return cast


def payment_id() -> UUID:
    with Transactions()() as session:
        return session.scalars(select(Payment.id)).one()


class TestReadPayment:
    def test_shows_the_split_with_owners_as_words(self, call: Call, cast: Cast) -> None:
        assert cast.admin_id is not None
        for side in ((cast.agent_id, Role.AGENT), (cast.admin_id, Role.AGENCY_ADMIN)):
            reply = call(app, as_=sign_in(*side), payment_id=payment_id())

            assert reply.status == 200
            assert [
                (part["line"], part["owner"], part["amount_kopecks"], part["status"])
                for part in reply.json["splits"]
            ] == [
                ("vat", "agency", 54_098_36, "held"),
                ("platform", "platform", 6_000_00, "held"),
                ("agency", "agency", 71_970_49, "held"),
                ("agent", "agent", 167_931_15, "held"),
            ]
            assert (reply.json["status"], reply.json["late"]) == ("received", False)
            assert str(cast.organization_id) not in reply.text

    def test_a_client_sees_his_payment_without_the_split(self, call: Call, cast: Cast) -> None:
        reply = call(app, as_=sign_in(cast.client_id, Role.CLIENT), payment_id=payment_id())

        assert (reply.status, reply.json["amount_kopecks"]) == (200, 300_000_00)
        assert reply.json["splits"] == []

    def test_is_not_there_for_others(self, call: Call, cast: Cast) -> None:
        stranger = sign_in(a_cast().agent_id, Role.AGENT)

        assert call(app, as_=stranger, payment_id=payment_id()).code == "payment_not_found"
        assert call(app, as_=stranger, payment_id=uuid4()).status == 404

    def test_money_in_suspense_is_an_operators_matter(self, call: Call) -> None:
        bank, cast = FakeCollector(), a_cast()
        foreign = bank.foreign(Money(1_00))
        bank.pay(foreign.provider_id)
        hear(bank, foreign.provider_id)

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), payment_id=payment_id())

        assert reply.status == 404
