from uuid import UUID

import pytest

from functions.operator.receipts_list.handler import app as list_receipts
from functions.operator.receipts_retry.handler import app
from shared.audit.models import AuditLog
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.ports.fiscal import Registration
from shared.ports.payments import OutcomeUnknown
from tests.functions.conftest import Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, count_of, sign_in
from tests.shared.receipts.cash_register import FakeRegister, receipts_of, run
from tests.shared.refunds.asking import WHOLE, open_tasks


@pytest.fixture
def register(database: object) -> FakeRegister:
    return FakeRegister()


def failed(register: FakeRegister) -> tuple[Cast, UUID]:
    cast = a_cast()
    intent = pay_step(FakeCollector(), cast)
    register.bring(intent.provider_payment_id or "", WHOLE, Registration.CANCELED)
    assert run(register) == {"failed": 1}
    ((receipt, _),) = receipts_of(cast.deal_id)
    return cast, receipt.id


class TestRetryReceipt:
    def test_has_it_made_anew(self, call: Call, operator: Signed, register: FakeRegister) -> None:
        _, receipt_id = failed(register)

        reply = call(app, as_=operator, receipt_id=receipt_id)

        assert reply.status == 200
        assert (reply.json["status"], reply.json["kkt"]["failure_reason"]) == ("planned", None)
        assert open_tasks("kkt_receipt_missing") == []
        assert (
            count_of(AuditLog, AuditLog.action == "receipt.planned", AuditLog.actor_id == operator.user_id)
            == 1
        )
        assert run(register) == {"registered": 1}

    def test_is_for_an_unknown_outcome_too_which_is_listed_as_missing(
        self, call: Call, operator: Signed, register: FakeRegister
    ) -> None:
        cast, receipt_id = failed(register)
        call(app, as_=operator, receipt_id=receipt_id)
        register.can_be_asked, register.before = False, OutcomeUnknown("lost")
        assert run(register) == {"unknown": 1}
        assert call(list_receipts, as_=operator, query={"missing": "true"}).json["total"] == 1

        reply = call(app, as_=operator, receipt_id=receipt_id)

        assert (reply.status, reply.json["status"]) == (200, "planned")
        assert open_tasks("kkt_receipt_missing") == []
        assert call(list_receipts, as_=operator, query={"missing": "true"}).json["total"] == 0
        assert len(receipts_of(cast.deal_id)) == 1

    def test_refuses_what_is_registered(self, call: Call, operator: Signed, register: FakeRegister) -> None:
        cast, receipt_id = failed(register)
        call(app, as_=operator, receipt_id=receipt_id)
        run(register)

        reply = call(app, as_=operator, receipt_id=receipt_id)

        assert (reply.status, reply.json["code"]) == (409, "receipt_not_failed")
        assert len(receipts_of(cast.deal_id)) == 1

    def test_knows_no_other_receipts(self, call: Call, operator: Signed) -> None:
        reply = call(app, as_=operator, receipt_id=new_id())

        assert (reply.status, reply.json["code"]) == (404, "receipt_not_found")

    def test_is_for_staff(self, call: Call, register: FakeRegister) -> None:
        cast, receipt_id = failed(register)
        agent = sign_in(cast.agent_id, Role.AGENT)

        assert call(app, as_=agent, receipt_id=receipt_id).status == 403
