from sqlalchemy import select

from functions.schedules.deals_close.handler import app
from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus
from shared.kernel.money import Money
from shared.receipts.models import Receipt, ReceiptStatus
from tests.shared.payments.fakes import FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import a_cast, deal_status
from tests.shared.payouts.runs import Arrivals, send


class TestCloseDeals:
    def test_waits_for_the_receipts_and_closes_once(self, database: object) -> None:
        cast = a_cast(agency=False)
        pay_and_release(cast)
        fund_payouts(Money(294_000_00))
        send(FakePayer(plan=succeeded), Arrivals())
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.COMPLETED

        assert app({}, None) == {"closed": 0, "waiting": 1, "not_empty": 0}
        with Transactions()() as session:
            for receipt in session.scalars(select(Receipt)):
                receipt.status = ReceiptStatus.CANCELLED
        assert app({}, None) == {"closed": 1, "waiting": 0, "not_empty": 0}
        assert app({}, None) == {"closed": 0, "waiting": 0, "not_empty": 0}

        assert deal_status(cast.deal_id) is DealStatus.CLOSED
