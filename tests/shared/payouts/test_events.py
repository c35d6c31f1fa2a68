"""The bank's messages about payouts."""

from datetime import timedelta

import pytest

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payouts import outcomes
from shared.payouts.models import PayoutStatus
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.ports.payouts import PayoutState, ProviderPayout
from shared.tasks.models import OperatorTask
from tests.shared.payments.fakes import FakePayer, canceled, succeeded
from tests.shared.payments.world import Cast, assert_books_balance, count_of
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, balance, hear, send, tasks_of


class TestMessages:
    def test_a_success_is_booked_once(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        send(payer, arrivals)
        (provider_id,) = payer.payouts
        hear(payer, arrivals, provider_id, "payout.succeeded")
        assert agents_payout(cast).status is PayoutStatus.SENDING
        payer.succeed(provider_id)

        for _ in range(2):
            hear(payer, arrivals, provider_id, "payout.succeeded")

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert arrivals.payouts == [agents_payout(cast).id]
        assert_books_balance()

    def test_a_message_that_outruns_our_second_transaction_is_found_by_our_id(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.after = OutcomeUnknown("dropped")
        payer.plan = succeeded
        send(payer, arrivals)

        hear(payer, arrivals, next(iter(payer.payouts)), "payout.succeeded")

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert send(payer, arrivals, later=timedelta(hours=1)) == {}

    def test_invented_ones_change_nothing(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        hear(payer, arrivals, "po-invented", "payout.succeeded")

        assert count_of(OperatorTask) == 0
        assert agents_payout(cast).status is PayoutStatus.PLANNED


class TestDisagreement:
    def test_what_came_back_is_owed_again_once(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.plan = succeeded
        send(payer, arrivals)
        (provider_id,) = payer.payouts
        payer.cancel(provider_id)

        for _ in range(2):
            hear(payer, arrivals, provider_id, "payout.canceled")
        record(payer, arrivals, cast)

        payout = agents_payout(cast)
        assert (payout.status, payout.failure_reason) == (PayoutStatus.FAILED, "returned")
        assert arrivals.returned == [payout.id]
        assert balance(accounts.payout_float("yookassa")) == AGENTS
        assert balance(accounts.payout_in_transit(payout.id)) == Money.zero()
        assert tasks_of("payout_returned") == ["general_decline"]
        assert tasks_of("payout_contradicted") == []
        assert_books_balance()

    @pytest.mark.parametrize("refusal", [ProviderRefused("invalid_request"), None])
    def test_a_failed_one_that_arrived_is_told_and_not_booked(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, refusal: ProviderRefused | None
    ) -> None:
        payer.before, payer.plan = refusal, canceled
        send(payer, arrivals)
        payout = agents_payout(cast)
        made = ProviderPayout(
            payout.provider_payout_id or "po-1",
            PayoutState.SUCCEEDED,
            "succeeded",
            AGENTS,
            str(payout.id),
            utc_now(),
            utc_now(),
            None,
        )
        payer.payouts[made.provider_id] = made

        hear(payer, arrivals, made.provider_id, "payout.succeeded")

        assert agents_payout(cast).status is PayoutStatus.FAILED
        assert tasks_of("payout_contradicted") == ["succeeded_at_provider"]
        assert arrivals.payouts == []
        assert_books_balance()

    def test_a_second_object_for_one_that_arrived_is_told(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.plan = succeeded
        send(payer, arrivals)
        (made,) = payer.payouts.values()
        payer.payouts["po-second"] = made._replace(provider_id="po-second")

        hear(payer, arrivals, "po-second", "payout.succeeded")

        assert tasks_of("payout_contradicted") == ["other_payout"]
        assert arrivals.payouts == [agents_payout(cast).id]

    def test_a_stale_view_of_one_that_arrived_changes_nothing(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        send(payer, arrivals)
        (stale,) = payer.payouts.values()
        payer.succeed(stale.provider_id)
        send(payer, arrivals, later=timedelta(minutes=5))
        payer.payouts[stale.provider_id] = stale

        record(payer, arrivals, cast)

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert tasks_of("payout_contradicted") == []


def record(payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
    """The provider's view, past the inbox."""
    (truth,) = payer.payouts.values()
    with Transactions()() as session:
        outcomes.record(session, agents_payout(cast).id, truth, on_settled=arrivals, now=utc_now())
