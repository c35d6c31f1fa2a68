from datetime import timedelta

from sqlalchemy import update

from functions.operator.receipts_list.handler import app
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.ports.fiscal import Registration
from shared.receipts.kkt_models import KktReceipt
from tests.functions.conftest import Call, Signed
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast, sign_in
from tests.shared.receipts.cash_register import FakeRegister, run
from tests.shared.refunds.asking import WHOLE


def paid(register: FakeRegister, state: Registration) -> Cast:
    cast = a_cast()
    intent = pay_step(FakeCollector(), cast)
    register.bring(intent.provider_payment_id or "", WHOLE, state)
    return cast


class TestListReceipts:
    def test_shows_all_or_what_a_cash_register_owes(self, call: Call, operator: Signed) -> None:
        register = FakeRegister()
        paid(register, Registration.SUCCEEDED)
        waiting, failed = paid(register, Registration.PENDING), paid(register, Registration.CANCELED)
        run(register)

        every = call(app, as_=operator).json
        missing = call(app, as_=operator, query={"missing": "true"}).json
        of_deal = call(app, as_=operator, query={"deal_id": str(waiting.deal_id), "status": "sending"}).json

        assert every["total"] == 3
        assert [one["deal_id"] for one in missing["items"]] == [str(failed.deal_id)]
        assert missing["items"][0]["kkt"]["failure_reason"] == "register_refused"
        assert [one["deal_id"] for one in of_deal["items"]] == [str(waiting.deal_id)]

    def test_owes_too_what_should_long_have_been_there(self, call: Call, operator: Signed) -> None:
        register = FakeRegister()
        cast = paid(register, Registration.PENDING)
        with Transactions()() as session:
            session.execute(update(KktReceipt).values(due_at=utc_now() - timedelta(hours=25)))

        missing = call(app, as_=operator, query={"missing": "true"}).json

        assert [one["deal_id"] for one in missing["items"]] == [str(cast.deal_id)]

    def test_is_for_staff(self, call: Call) -> None:
        assert call(app, as_=sign_in(a_cast().agent_id, Role.AGENT)).status == 403
