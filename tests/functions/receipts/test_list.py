from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from functions.receipts.list.handler import app
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payouts.sending import Sender
from shared.receipts import income
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.views import seal_link
from shared.vault import service as vault
from tests.functions.conftest import Answer, Call
from tests.shared.payments.fakes import FakeCollector, FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release, pay_step
from tests.shared.payments.world import Cast, a_cast, sign_in
from tests.shared.receipts.cash_register import FakeRegister, run
from tests.shared.refunds.asking import WHOLE

LINK = "https://nalog.example.test/receipt/770000000001/200abc/print"


@pytest.fixture
def contractor(database: object) -> Cast:
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(Money(167_931_15))
    Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()
    return cast


def register(taxpayer_id: UUID) -> None:
    with Transactions()() as session:
        receipt = session.scalars(select(Receipt).where(Receipt.taxpayer_id == taxpayer_id)).one()
        link = seal_link(session, receipt, LINK, now=utc_now())
        receipt.status, receipt.registered_at = ReceiptStatus.REGISTERED, utc_now()
        receipt.external_id, receipt.link = "200abc", link


def of_npd(reply: Answer) -> list[dict[str, Any]]:
    return [each for each in reply.json["items"] if each["kind"] == "npd"]


class TestListReceipts:
    def test_taxpayer_and_agency_see_the_contractors_receipt(self, call: Call, contractor: Cast) -> None:
        register(contractor.agent_id)
        assert contractor.admin_id is not None
        for side in ((contractor.agent_id, Role.AGENT), (contractor.admin_id, Role.AGENCY_ADMIN)):
            reply = call(app, as_=sign_in(*side), query={"deal_id": str(contractor.deal_id)})

            (receipt,) = of_npd(reply)
            assert receipt["payer"] == {"kind": "agency", "name": "ООО «Дом»"}
            assert (receipt["kind"], receipt["status"], receipt["link"]) == ("npd", "registered", LINK)
            assert receipt["amount_kopecks"] == 167_931_15
            assert receipt["registered_at"].endswith("Z")

    def test_the_agency_keeps_its_receipt_when_the_taxpayers_key_is_destroyed(
        self, call: Call, contractor: Cast
    ) -> None:
        register(contractor.agent_id)
        assert contractor.admin_id is not None
        with Transactions()() as session:
            vault.destroy(session, [contractor.agent_id], now=utc_now())

        reply = call(app, as_=sign_in(contractor.admin_id, Role.AGENCY_ADMIN))

        assert [each["link"] for each in of_npd(reply)] == [LINK]

    def test_the_client_does_not_see_what_agency_and_agent_settle(self, call: Call, contractor: Cast) -> None:
        reply = call(app, as_=sign_in(contractor.client_id, Role.CLIENT))

        assert (reply.status, of_npd(reply)) == (200, [])

    def test_the_client_of_an_agent_alone_sees_his(self, call: Call) -> None:
        cast = a_cast(agency=False)
        pay_step(FakeCollector(), cast)

        (receipt,) = call(app, as_=sign_in(cast.client_id, Role.CLIENT)).json["items"]

        assert receipt["payer"] == {"kind": "client", "name": None}
        assert (receipt["status"], receipt["link"]) == ("planned", None)
        assert receipt["amount_kopecks"] == 300_000_00

    def test_strangers_see_none(self, call: Call, contractor: Cast) -> None:
        other = a_cast()

        reply = call(app, as_=sign_in(other.agent_id, Role.AGENT))

        assert reply.json["total"] == 0


class TestOfACashRegister:
    @pytest.fixture
    def paid(self, database: object) -> Cast:
        cast, register = a_cast(), FakeRegister()
        intent = pay_step(FakeCollector(), cast)
        register.bring(intent.provider_payment_id or "", WHOLE)
        assert run(register) == {"registered": 1}
        return cast

    def test_the_agency_and_its_client_see_it(self, call: Call, paid: Cast) -> None:
        assert paid.admin_id is not None
        for side in ((paid.admin_id, Role.AGENCY_ADMIN), (paid.client_id, Role.CLIENT)):
            (receipt,) = call(app, as_=sign_in(*side)).json["items"]

            assert (receipt["kind"], receipt["status"], receipt["link"]) == ("kkt", "registered", None)
            assert receipt["payer"] == {"kind": "client", "name": None}
            assert receipt["kkt"]["kind"] == "prepayment"
            assert receipt["kkt"]["attribute"] == "3504493341"

    def test_others_do_not(self, call: Call, paid: Cast) -> None:
        other = a_cast()
        assert other.admin_id is not None
        for side in (
            (other.admin_id, Role.AGENCY_ADMIN),
            (other.client_id, Role.CLIENT),
            (paid.agent_id, Role.AGENT),
        ):
            assert call(app, as_=sign_in(*side)).json["items"] == []
