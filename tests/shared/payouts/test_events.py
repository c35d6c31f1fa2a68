"""The bank's messages about payouts."""

from datetime import timedelta

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.payments.recording import Claim
from shared.payouts import events
from shared.payouts.models import PayoutStatus
from shared.ports.payments import BankEvent, OutcomeUnknown
from shared.tasks.models import OperatorTask
from tests.shared.payments.fakes import FakePayer, succeeded
from tests.shared.payments.world import Cast, assert_books_balance, count_of
from tests.shared.payouts.runs import Arrivals, agents_payout, send


class TestMessages:
    def hear(self, payer: FakePayer, arrivals: Arrivals, provider_id: str, kind: str) -> None:
        event = BankEvent(f"{kind}:{provider_id}", kind, provider_id)
        events.apply(
            Transactions(),
            event,
            Claim("yookassa", event.key),
            provider=payer,
            on_succeeded=arrivals,
            now=utc_now(),
        )

    def test_a_success_is_booked_once(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        send(payer, arrivals)
        (provider_id,) = payer.payouts
        self.hear(payer, arrivals, provider_id, "payout.succeeded")
        assert agents_payout(cast).status is PayoutStatus.SENDING
        payer.succeed(provider_id)

        for _ in range(2):
            self.hear(payer, arrivals, provider_id, "payout.succeeded")

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert arrivals.payouts == [agents_payout(cast).id]
        assert_books_balance()

    def test_a_message_that_outruns_our_second_transaction_is_found_by_our_id(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.after = OutcomeUnknown("dropped")
        payer.plan = succeeded
        send(payer, arrivals)

        self.hear(payer, arrivals, next(iter(payer.payouts)), "payout.succeeded")

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert send(payer, arrivals, later=timedelta(hours=1)) == {}

    def test_a_final_state_does_not_change_back(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.plan = succeeded
        send(payer, arrivals)
        (provider_id,) = payer.payouts
        payer.cancel(provider_id)

        self.hear(payer, arrivals, provider_id, "payout.canceled")

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert_books_balance()

    def test_invented_ones_change_nothing(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        self.hear(payer, arrivals, "po-invented", "payout.succeeded")

        assert count_of(OperatorTask) == 0
        assert agents_payout(cast).status is PayoutStatus.PLANNED
