from uuid import UUID

import pytest

from functions.operator.receipts_enter.handler import app
from shared.audit.models import AuditLog
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from tests.functions.conftest import Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, count_of, sign_in
from tests.shared.receipts.cash_register import DAY, FakeRegister, receipts_of, run
from tests.shared.refunds.asking import open_tasks

NUMBERS = {"document_number": "77", "storage_number": "9288000100115785", "attribute": "3504493341"}


@pytest.fixture
def cast(database: object) -> Cast:
    """A terminal whose register can't be asked: a day later a person has a task."""
    cast = a_cast()
    pay_step(FakeCollector(), cast)
    run(FakeRegister(can_be_asked=False), later=DAY)
    assert open_tasks("kkt_receipt_missing") == ["register_cannot_be_asked"]
    return cast


def receipt_of(cast: Cast) -> UUID:
    ((receipt, _),) = receipts_of(cast.deal_id)
    return receipt.id


class TestEnterReceipt:
    def test_registers_it_and_settles_its_task(self, call: Call, operator: Signed, cast: Cast) -> None:
        reply = call(app, as_=operator, receipt_id=receipt_of(cast), body=NUMBERS)

        assert (reply.status, reply.json["status"]) == (200, "registered")
        assert NUMBERS.items() <= reply.json["kkt"].items()
        assert reply.json["registered_at"] is not None
        assert open_tasks("kkt_receipt_missing") == []
        assert (
            count_of(AuditLog, AuditLog.action == "receipt.registered", AuditLog.actor_id == operator.user_id)
            == 1
        )
        assert run(FakeRegister(), later=2 * DAY) == {}

    def test_is_done_once(self, call: Call, operator: Signed, cast: Cast) -> None:
        call(app, as_=operator, receipt_id=receipt_of(cast), body=NUMBERS)

        reply = call(app, as_=operator, receipt_id=receipt_of(cast), body=NUMBERS | {"attribute": "1"})

        assert (reply.status, reply.json["code"]) == (409, "receipt_registered")
        ((_, kkt),) = receipts_of(cast.deal_id)
        assert kkt.attribute == NUMBERS["attribute"]

    def test_takes_digits_only(self, call: Call, operator: Signed, cast: Cast) -> None:
        reply = call(app, as_=operator, receipt_id=receipt_of(cast), body=NUMBERS | {"attribute": "12a"})

        assert reply.status == 422

    def test_knows_no_other_receipts(self, call: Call, operator: Signed) -> None:
        assert call(app, as_=operator, receipt_id=new_id(), body=NUMBERS).status == 404

    def test_is_for_staff(self, call: Call, cast: Cast) -> None:
        agent = sign_in(cast.agent_id, Role.AGENT)

        assert call(app, as_=agent, receipt_id=receipt_of(cast), body=NUMBERS).status == 403
