"""A deal is closed when nothing of it is open, and not a kopeck earlier."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.audit.models import AuditLog
from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus, PaymentStep, StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payouts.models import Payout, PayoutStatus
from shared.refunds import closing_deals
from shared.refunds.closing_deals import NOT_EMPTY
from tests.shared.payments.fakes import FakePayer, succeeded
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, deal_status
from tests.shared.payouts.runs import Arrivals, send
from tests.shared.refunds.asking import ask, open_tasks, own_funds

NOTHING_OPEN = {"closed": 0, "waiting": 0, "not_empty": 0}


@pytest.fixture
def done(database: object) -> Cast:
    """The agent's own deal: released, paid out, completed."""
    cast = a_cast(agency=False)
    pay_and_release(cast)
    fund_payouts(Money(294_000_00))
    send(FakePayer(plan=succeeded), Arrivals())
    set_deal(cast, DealStatus.COMPLETED)
    return cast


def set_deal(cast: Cast, status: DealStatus) -> None:
    with Transactions()() as session:
        session.get_one(Deal, cast.deal_id).status = status


def close(*, final: bool = True) -> dict[str, int]:
    return closing_deals.close_due(Transactions(), receipts_are_final=lambda *_: final, now=utc_now())


def change(cast: Cast, how: Callable[[PaymentStep, Payout], None]) -> None:
    with Transactions()() as session:
        step = session.scalars(select(PaymentStep).where(PaymentStep.deal_id == cast.deal_id)).one()
        payout = session.scalars(select(Payout).where(Payout.deal_id == cast.deal_id)).one()
        how(step, payout)


def unpaid(step: PaymentStep, _payout: Payout) -> None:
    step.status = StepStatus.PLANNED


def held(step: PaymentStep, _payout: Payout) -> None:
    step.status = StepStatus.PAID


def on_its_way(_step: PaymentStep, payout: Payout) -> None:
    payout.status = PayoutStatus.UNKNOWN


def failed(_step: PaymentStep, payout: Payout) -> None:
    payout.status = PayoutStatus.FAILED


class TestClosing:
    def test_is_done_when_all_is_paid_out(self, done: Cast) -> None:
        assert close() == {**NOTHING_OPEN, "closed": 1}

        assert deal_status(done.deal_id) is DealStatus.CLOSED
        assert close() == NOTHING_OPEN
        assert_books_balance()

    @pytest.mark.parametrize("how", [unpaid, held, on_its_way, failed])
    def test_waits_for_what_is_open(self, done: Cast, how: Callable[[PaymentStep, Payout], None]) -> None:
        change(done, how)

        assert close() == NOTHING_OPEN
        assert deal_status(done.deal_id) is DealStatus.COMPLETED

    def test_waits_for_a_refund(self, done: Cast) -> None:
        own_funds(Money(400_000_00))
        ask(done, Money(100_00))

        assert close() == NOTHING_OPEN

    def test_waits_for_receipts(self, done: Cast) -> None:
        assert close(final=False) == {**NOTHING_OPEN, "waiting": 1}

    @pytest.mark.parametrize("status", [DealStatus.IN_PROGRESS, DealStatus.DISPUTE])
    def test_is_of_completed_deals_only(self, done: Cast, status: DealStatus) -> None:
        set_deal(done, status)

        assert close() == NOTHING_OPEN

    def test_calls_a_person_where_the_books_have_money_left(self, database: object) -> None:
        cast = a_cast(agency=False)
        pay_and_release(cast)
        set_deal(cast, DealStatus.COMPLETED)
        with Transactions()() as session:  # a payout that says it is made, and was not
            payout = session.scalars(select(Payout)).one()
            payout.status, payout.final_at = PayoutStatus.CANCELLED, utc_now()

        assert close() == {**NOTHING_OPEN, "not_empty": 1}
        assert close() == {**NOTHING_OPEN, "not_empty": 1}

        assert open_tasks(NOT_EMPTY) == ["money_left"]
        assert deal_status(cast.deal_id) is DealStatus.COMPLETED

    def test_is_done_once_by_runs_at_once(self, done: Cast) -> None:
        at_once(
            lambda: closing_deals.close_due(
                OwnConnections(), receipts_are_final=lambda *_: True, now=utc_now() + timedelta(hours=1)
            ),
            times=4,
        )

        assert count_of(AuditLog, AuditLog.action == "deal.closed") == 1
