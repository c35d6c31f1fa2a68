"""Whose income, how much, from whom and when."""

import pytest
from sqlalchemy import select, update

from shared.db.session import Transactions
from shared.deals import service as deals
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments.models import Payment
from shared.payouts import outcomes, retrying
from shared.payouts.models import Payout
from shared.payouts.sending import Sender
from shared.receipts import income
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.receipts.npd_models import NpdTask, NpdTaskStatus
from shared.receipts.tax_gate import tax_gate
from shared.tasks.models import OperatorTask
from shared.users.models import TaxStatus, UserProfile
from tests.shared.payments.fakes import FakeCollector, FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, hear, pay_and_release, pay_step
from tests.shared.payments.world import Cast, a_cast, count_of


@pytest.fixture(autouse=True)
def _on_a_database(database: object) -> None:
    """Each on a database of its own."""


def pay_out(payer: FakePayer | None = None) -> None:
    payer = payer or FakePayer(plan=succeeded)
    Sender(Transactions(), payer, (tax_gate,), income.of_payout, utc_now()).send_due()


def come_back(payer: FakePayer, cast: Cast) -> None:
    """The owner's bank sends the money back."""
    (provider_id,) = payer.payouts
    payer.cancel(provider_id)
    with Transactions()() as session:
        payout = session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()
        truth = payer.payouts[provider_id]
        outcomes.record(session, payout.id, truth, on_settled=income.of_payout, now=utc_now())


def task_reasons(kind: str) -> list[str]:
    with Transactions()() as session:
        return list(session.scalars(select(OperatorTask.reason).where(OperatorTask.kind == kind)))


#: a client's payment to an agency has its cash register's receipt besides
NPD = Receipt.kind == ReceiptKind.NPD


def only_receipt() -> Receipt:
    with Transactions()() as session:
        return session.scalars(select(Receipt).where(NPD)).one()


class TestAgentAlone:
    def test_earns_the_full_price_when_his_client_pays(self) -> None:
        cast = a_cast(agency=False)
        bank = FakeCollector()

        intent = pay_step(bank, cast)

        receipt = only_receipt()
        with Transactions()() as session:
            payment = session.scalars(select(Payment)).one()
            client = deals.client_party(session, cast.deal_id)
        assert receipt.amount_kopecks == Money(300_000_00)
        assert (receipt.payer_party_id, receipt.payer_organization_id) == (client.id, None)
        assert receipt.operation_time == payment.occurred_at
        assert receipt.taxpayer_id == cast.agent_id
        assert count_of(NpdTask, NpdTask.receipt_id == receipt.id) == 1
        hear(bank, intent.provider_payment_id or "", on_paid=income.of_payment)
        assert count_of(Receipt, NPD) == 1

    def test_is_not_taxed_again_when_he_is_paid_out(self) -> None:
        cast = a_cast(agency=False)
        pay_and_release(cast)
        fund_payouts(Money(294_000_00))

        pay_out()

        assert count_of(Payout, Payout.status == "succeeded") == 1
        assert count_of(Receipt, NPD) == 1


class TestContractor:
    @pytest.fixture
    def cast(self) -> Cast:
        cast = a_cast()
        pay_and_release(cast)
        fund_payouts(Money(167_931_15))
        return cast

    def test_earns_his_price_when_he_is_paid_out(self, cast: Cast) -> None:
        assert count_of(Receipt, NPD) == 0

        pay_out()

        receipt = only_receipt()
        with Transactions()() as session:
            payout = session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()
        assert receipt.amount_kopecks == Money(167_931_15)
        assert receipt.payer_organization_id == cast.organization_id
        assert receipt.payer_party_id is None
        assert receipt.operation_time == payout.final_at
        assert receipt.status is ReceiptStatus.PLANNED
        assert count_of(NpdTask, NpdTask.status == NpdTaskStatus.QUEUED) == 1

    @pytest.mark.parametrize("status", [TaxStatus.SOLE_TRADER, None])
    def test_a_status_changed_on_the_way_does_not_undo_his_income(
        self, cast: Cast, status: TaxStatus | None
    ) -> None:
        with Transactions()() as session:
            session.get_one(UserProfile, cast.agent_id).tax_status = status
        Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()

        assert only_receipt().taxpayer_id == cast.agent_id

    def test_a_payout_that_came_back_asks_for_the_receipts_end(self, cast: Cast) -> None:
        payer = FakePayer(plan=succeeded)
        pay_out(payer)

        come_back(payer, cast)

        assert task_reasons("receipt_to_cancel") == ["payout_returned"]
        assert count_of(Receipt, NPD) == 1

    @pytest.mark.parametrize(("cancelled", "receipts"), [(True, 2), (False, 1)])
    def test_paid_again_he_has_one_receipt_that_counts(
        self, cast: Cast, *, cancelled: bool, receipts: int
    ) -> None:
        payer = FakePayer(plan=succeeded)
        pay_out(payer)
        come_back(payer, cast)
        with Transactions()() as session:
            if cancelled:
                session.execute(update(Receipt).values(status=ReceiptStatus.CANCELLED))
            payout = session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()
            retrying.retry(session, payout_id=payout.id, reason="came_back", now=utc_now())

        pay_out(payer)

        assert count_of(Receipt, NPD) == receipts
        assert count_of(Receipt, NPD, Receipt.status != ReceiptStatus.CANCELLED) == 1
        assert task_reasons("receipt_to_check") == ([] if cancelled else ["paid_again"])
