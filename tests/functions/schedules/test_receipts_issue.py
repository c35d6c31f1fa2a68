from sqlalchemy import select

from functions.schedules.receipts_issue.handler import app
from shared.db.session import Transactions
from shared.receipts.models import Receipt, ReceiptStatus
from shared.users import service as users
from tests.adapters.fns.conftest import ALL_FOUR
from tests.adapters.outside_standin import Running
from tests.builders.cloud import Cloud
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast


class TestIssueReceipts:
    def test_registers_and_announces_the_delivery(self, fns: Running, cloud: Cloud) -> None:
        cast = a_cast(agency=False)
        with Transactions()() as session:
            inn = users.profile_of(session, cast.agent_id).inn
        fns.post("taxpayers", inn=inn, name="Смирнов Пётр Ильич", permissions=list(ALL_FOUR))
        pay_step(FakeCollector(), cast)
        fns.post("processing", times=1)

        assert app({}, None) == {"registered": 1}

        with Transactions()() as session:
            receipt = session.scalars(select(Receipt)).one()
        assert receipt.status is ReceiptStatus.REGISTERED
        assert len(cloud.take("jobs")) == 1
        assert app({}, None) == {}
