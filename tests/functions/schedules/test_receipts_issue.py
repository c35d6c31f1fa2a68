from datetime import timedelta

import pytest
from sqlalchemy import select

from functions.schedules.receipts_issue.handler import app
from shared.adapters.fns import tax_receipts
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.outbox.models import OutboxMessage
from shared.receipts.delivery import DELIVER
from shared.receipts.issuing import Issuer
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.npd_models import NpdTask, NpdTaskStatus
from shared.users import service as users
from tests.adapters.fns.conftest import ALL_FOUR
from tests.adapters.outside_standin import Running
from tests.builders.cloud import Cloud
from tests.builders.crashing import dies_at, labels_of
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import a_cast, assert_books_balance, count_of


@pytest.fixture
def inn(fns: Running) -> str:
    """A taxpayer's whose income waits for its receipt."""
    cast = a_cast(agency=False)
    with Transactions()() as session:
        inn = users.profile_of(session, cast.agent_id).inn
    assert inn is not None
    fns.post("taxpayers", inn=inn, name="Смирнов Пётр Ильич", permissions=list(ALL_FOUR))
    pay_step(FakeCollector(), cast)
    return inn


def the_receipt() -> Receipt:
    with Transactions()() as session:
        return session.scalars(select(Receipt)).one()


class TestIssueReceipts:
    def test_registers_and_announces_the_delivery(self, fns: Running, cloud: Cloud, inn: str) -> None:
        fns.post("processing", times=1)

        assert app({}, None) == {"registered": 1}

        assert the_receipt().status is ReceiptStatus.REGISTERED
        assert [one["total_kopecks"] for one in fns.get("receipts", inn=inn)] == [300_000_00]
        assert len(cloud.take("jobs")) == 1
        assert app({}, None) == {}


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("receipts_issue"))
    def test_an_income_has_one_receipt(self, fns: Running, cloud: Cloud, inn: str, label: str) -> None:
        assert dies_at(label, "schedules.receipts_issue", {})
        # What a run has taken is its for two minutes.
        later = Issuer(Transactions(), tax=tax_receipts(), now=utc_now() + timedelta(minutes=5))
        assert later.issue_due() == {"registered": 1}

        (registered,) = fns.get("receipts", inn=inn)
        receipt = the_receipt()
        assert (receipt.status, receipt.external_id) == (ReceiptStatus.REGISTERED, registered["id"])
        assert count_of(NpdTask, NpdTask.status != NpdTaskStatus.DONE) == 0
        assert count_of(OutboxMessage, OutboxMessage.kind == DELIVER) == 1
        assert app({}, None) == {}
        assert_books_balance()
