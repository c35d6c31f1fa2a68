"""Money and receipts of people who are about to leave."""

from sqlalchemy import select

from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus
from shared.kernel.clock import utc_now
from shared.payouts.sending import Sender
from shared.receipts import income
from shared.receipts.models import Receipt, ReceiptStatus
from shared.receipts.views import seal_link
from tests.shared.payments.fakes import FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import COMMISSION, Cast

LINK = "https://nalog.example.test/receipt/770000000001/200abc/print"


def close(cast: Cast) -> None:
    with Transactions()() as session:
        session.get_one(Deal, cast.deal_id).status = DealStatus.CLOSED


def pay_out(cast: Cast) -> None:
    """The step is released, and its owners are paid."""
    pay_and_release(cast)
    fund_payouts(COMMISSION)
    Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()


def register_receipts() -> None:
    with Transactions()() as session:
        for receipt in session.scalars(select(Receipt)):
            receipt.link = seal_link(session, receipt, LINK, now=utc_now())
            receipt.status, receipt.external_id = ReceiptStatus.REGISTERED, "200abc"
            receipt.registered_at = utc_now()
