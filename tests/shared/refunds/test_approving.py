"""While a large refund waits for a second person, its money goes nowhere."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.audit.service import SYSTEM
from shared.config.refunds import RefundSettings
from shared.db.session import Transactions
from shared.deals.models import StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import SplitLine
from shared.payouts import release
from shared.payouts.models import PayoutStatus
from shared.payouts.sending import Sender
from shared.refunds import approving
from shared.refunds.errors import RefundNotWaiting, RefundTooLarge
from shared.refunds.models import Refund, RefundPart, RefundStatus
from tests.shared.payments import fakes
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.steps import balance, fund_payouts, pay_step
from tests.shared.payments.world import Cast, a_cast, a_person, assert_books_balance, step_of
from tests.shared.payouts.runs import Arrivals, agents_payout, send
from tests.shared.refunds.asking import (
    AGENT,
    SETTINGS,
    WHOLE,
    ask,
    held,
    open_tasks,
    payable_of,
    refund_of,
    run,
    split_of,
)
from tests.shared.refunds.fakes import FakeRefunder

STRICT = RefundSettings(Money.zero(), Money.zero(), SETTINGS.approval_within)


def approve(refund: Refund) -> Refund:
    with Transactions()() as session:
        other = a_person(session, now=utc_now())
        return approving.approve(
            session, refund_id=refund.id, approver_id=other.id, actor=SYSTEM, now=utc_now()
        )


class TestOfHeldMoney:
    @pytest.fixture
    def paid(self, refunder: FakeRefunder) -> Cast:
        cast = a_cast(hold_days=3)
        pay_step(FakeCollector(), cast)
        return cast

    def release(self) -> None:
        release.release_due(Transactions(), now=utc_now() + timedelta(days=4))

    def test_it_is_not_released_meanwhile(self, paid: Cast) -> None:
        refund = ask(paid, Money(100_000_00), settings=STRICT)
        assert open_tasks("refund_to_approve") == ["above_limit"]
        self.release()
        assert step_of(paid.deal_id).status is StepStatus.PAID

        approve(refund)
        self.release()

        assert step_of(paid.deal_id).status is StepStatus.RELEASED
        assert balance(accounts.refund_in_transit(refund.id)) == Money(100_000_00)
        assert open_tasks("refund_to_approve") == []
        assert_books_balance()

    def test_the_same_money_is_not_given_back_twice(self, paid: Cast) -> None:
        ask(paid, Money(200_000_00), settings=STRICT)

        with pytest.raises(RefundTooLarge):
            ask(paid, Money(100_000_01))
        assert ask(paid, Money(100_000_00)).status is RefundStatus.ACCEPTED

    def test_nothing_is_sent_meanwhile(self, refunder: FakeRefunder, paid: Cast) -> None:
        ask(paid, settings=STRICT)

        assert run(refunder, later=timedelta(days=2)) == {}
        assert refunder.orders == {}

    def test_it_is_free_when_nobody_decided_in_time(self, refunder: FakeRefunder, paid: Cast) -> None:
        refund = ask(paid, settings=STRICT)

        assert run(refunder, later=timedelta(days=3, minutes=1)) == {"expired": 1}

        assert refund_of(refund.id).final_at is not None
        assert open_tasks("refund_to_approve") == []
        self.release()
        assert payable_of(paid, SplitLine.AGENT) == AGENT
        with pytest.raises(RefundNotWaiting):
            approve(refund)

    def test_too_late_is_too_late_even_before_the_schedule_came(self, paid: Cast) -> None:
        refund = ask(paid, settings=STRICT)

        with Transactions()() as session, pytest.raises(RefundNotWaiting):
            approving.approve(
                session,
                refund_id=refund.id,
                approver_id=new_id(),
                actor=SYSTEM,
                now=utc_now() + timedelta(days=4),
            )

    def test_a_declined_one_gives_its_parts_free(self, paid: Cast) -> None:
        refund = ask(paid, settings=STRICT)
        with Transactions()() as session:
            other = a_person(session, now=utc_now())
            approving.decline(
                session,
                refund_id=refund.id,
                approver_id=other.id,
                reason="not_justified",
                actor=SYSTEM,
                now=utc_now(),
            )

        assert split_of(paid, SplitLine.AGENT).refund_waiting_kopecks == Money.zero()
        assert held(paid) == WHOLE
        with Transactions()() as session:
            parts = session.scalars(select(RefundPart).where(RefundPart.refund_id == refund.id)).all()
        assert {part.from_hold_kopecks for part in parts} == {Money.zero()}
        assert ask(paid).status is RefundStatus.ACCEPTED


class TestOfReleasedMoney:
    def test_it_is_not_paid_out_meanwhile(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        fund_payouts(AGENT)
        payer.plan = fakes.succeeded
        refund = ask(cast, Money(100_000_00), settings=STRICT)

        send(payer, arrivals)
        assert payer.orders == []
        assert agents_payout(cast).hold_reason == "refund_waits"

        approve(refund)
        assert send(payer, arrivals, later=timedelta(hours=2))["succeeded"] == 1
        assert payer.orders[0].amount == AGENT - Money(55_977_05)
        assert_books_balance()

    def test_what_was_reserved_before_is_not_sent(
        self, refunder: FakeRefunder, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        fund_payouts(AGENT)
        Sender(Transactions(), payer, (), arrivals, utc_now())._reserve(agents_payout(cast).id)
        ask(cast, settings=STRICT)

        send(payer, arrivals, later=timedelta(minutes=5))

        assert payer.orders == []
        assert agents_payout(cast).status is PayoutStatus.RESERVED
