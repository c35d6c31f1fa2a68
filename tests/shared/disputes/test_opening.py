"""A dispute stops the deal's money at every stage, and takes nothing that is on its way."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from shared.access.rights import Reach
from shared.audit.models import AuditLog
from shared.db.session import Transactions
from shared.deals.errors import DealNotFound, StepNotFound, TransitionNotAllowed
from shared.deals.models import DealStatus, StepStatus
from shared.deals.service import Viewer
from shared.disputes.errors import DisputeTooLarge
from shared.disputes.models import Dispute, DisputeHold, DisputeSide, DisputeStatus
from shared.disputes.opening import TO_DECIDE
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payouts import release
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.tasks.models import OperatorTask
from tests.shared.disputes.claims import WORDS, dispute_of, open_dispute, unpaid
from tests.shared.payments.fakes import FakeCollector, FakePayer
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import fund_payouts, pay_and_release, pay_step
from tests.shared.payments.world import (
    Cast,
    a_cast,
    assert_books_balance,
    count_of,
    deal_status,
    step_of,
)
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, balance, send

OWNERS = Money(294_000_00)


class TestOpening:
    def test_stops_the_deal_and_calls_an_operator(self, paid: Cast) -> None:
        dispute_id = open_dispute(paid)

        dispute = dispute_of(dispute_id)
        assert deal_status(paid.deal_id) is DealStatus.DISPUTE
        assert (dispute.status, dispute.side) == (DisputeStatus.OPEN, DisputeSide.CLIENT)
        assert dispute.deal_status_before is DealStatus.IN_PROGRESS
        assert count_of(OperatorTask, OperatorTask.kind == TO_DECIDE) == 1

    def test_says_nothing_of_its_words_in_the_audit_log(self, paid: Cast) -> None:
        open_dispute(paid, amount=Money(1_00))

        with Transactions()() as session:
            line = session.scalars(select(AuditLog).where(AuditLog.action == "dispute.opened")).one()
        assert line.after == {
            "status": "open",
            "side": "client",
            "deal_id": str(paid.deal_id),
            "amount_kopecks": 100,
        }
        assert WORDS not in str(line.after)

    @pytest.mark.parametrize("who", ["agent", "admin"])
    def test_is_the_executors_right_too(self, paid: Cast, who: str) -> None:
        dispute_id = open_dispute(paid, viewer=getattr(paid, who))

        assert dispute_of(dispute_id).side is DisputeSide.EXECUTOR

    def test_of_an_executor_by_the_clients_door_is_the_executors(self, database: object) -> None:
        cast = a_cast(agency=False, hold_days=3)
        pay_step(FakeCollector(), cast)

        dispute_id = open_dispute(cast, viewer=Viewer(cast.agent_id, Reach.PARTY, None))

        assert dispute_of(dispute_id).side is DisputeSide.EXECUTOR

    def test_is_done_once_at_a_time(self, paid: Cast) -> None:
        open_dispute(paid)

        with pytest.raises(TransitionNotAllowed):
            open_dispute(paid, viewer=paid.agent)

    def test_needs_something_to_dispute(self, database: object) -> None:
        with pytest.raises(TransitionNotAllowed):
            open_dispute(a_cast())

    def test_of_more_than_is_left_is_refused(self, paid: Cast) -> None:
        with pytest.raises(DisputeTooLarge):
            open_dispute(paid, amount=Money(300_000_01))

        assert deal_status(paid.deal_id) is DealStatus.IN_PROGRESS

    def test_of_a_missing_step_is_refused(self, paid: Cast) -> None:
        with pytest.raises(StepNotFound):
            open_dispute(paid, step_no=7)

    def test_of_a_foreign_deal_is_of_none(self, paid: Cast) -> None:
        with pytest.raises(DealNotFound):
            open_dispute(paid, viewer=a_cast().client)


class TestFreezing:
    def test_what_is_held_is_not_released(self, paid: Cast) -> None:
        open_dispute(paid)

        assert release.release_due(Transactions(), now=utc_now() + timedelta(days=30))["released"] == 0
        assert step_of(paid.deal_id).status is StepStatus.PAID

    def test_what_is_released_and_unpaid_is_set_aside(self, payer: FakePayer, arrivals: Arrivals) -> None:
        cast = a_cast()
        pay_and_release(cast)
        fund_payouts(AGENTS)

        open_dispute(cast)

        assert unpaid(cast) == (Money.zero(), OWNERS)
        send(payer, arrivals)
        assert payer.orders == []
        assert agents_payout(cast).hold_reason == "deal_frozen"
        assert_books_balance()

    def test_what_is_reserved_and_not_sent_is_taken_back(self, payer: FakePayer, arrivals: Arrivals) -> None:
        cast = a_cast()
        pay_and_release(cast)
        fund_payouts(AGENTS)
        payout_id = agents_payout(cast).id
        sender = Sender(Transactions(), payer, (), arrivals, utc_now())
        assert sender._reserve(payout_id) is PayoutStatus.RESERVED

        open_dispute(cast)

        assert sender._send(payout_id) is PayoutStatus.PLANNED
        assert payer.orders == []
        assert unpaid(cast) == (Money.zero(), OWNERS)
        assert balance(accounts.payout_in_transit(payout_id)) == Money.zero()
        assert_books_balance()

    def test_what_the_provider_has_goes_on(self, payer: FakePayer, arrivals: Arrivals) -> None:
        cast = a_cast()
        pay_and_release(cast)
        fund_payouts(AGENTS)
        send(payer, arrivals)
        (provider_id,) = payer.payouts

        open_dispute(cast)
        payer.succeed(provider_id)
        send(payer, arrivals, later=timedelta(hours=1))

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert unpaid(cast) == (Money.zero(), OWNERS - AGENTS)
        assert_books_balance()

    def test_of_one_step_sets_only_its_money_aside_but_stops_the_rest(
        self, payer: FakePayer, arrivals: Arrivals
    ) -> None:
        cast = a_cast(steps=[Money(100_000_00), Money(200_000_00)])
        bank = FakeCollector()
        for step_no in (1, 2):
            pay_step(bank, cast, step_no)
        release.release_due(Transactions(), now=utc_now())
        fund_payouts(AGENTS)

        open_dispute(cast, step_no=1)

        assert unpaid(cast) == (Money(196_000_00), Money(98_000_00))
        send(payer, arrivals)
        assert payer.orders == []

    def test_and_a_release_at_once_end_in_one_order_or_the_other(self, payer: FakePayer) -> None:
        cast = a_cast()
        pay_step(FakeCollector(), cast)
        turns = iter([True, False, False, False])

        def dispute_or_release() -> None:
            if next(turns):
                open_dispute(cast, transactions=OwnConnections())
            else:
                release.release_due(OwnConnections(), now=utc_now())

        at_once(dispute_or_release, times=4)

        released = step_of(cast.deal_id).status is StepStatus.RELEASED
        assert count_of(Dispute) == 1
        assert count_of(DisputeHold) == (2 if released else 0)
        assert unpaid(cast) == (Money.zero(), OWNERS if released else Money.zero())
        assert count_of(Payout) == (2 if released else 0)
        assert_books_balance()
