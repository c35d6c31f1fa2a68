"""Payouts leave once, and their end is found out whatever happens."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.organizations.payout_account_models import PayoutAccount
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from tests.shared.payments.fakes import FakePayer, canceled, succeeded
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.world import Cast, assert_books_balance
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, balance, send, tasks_of


class TestSending:
    def test_the_agent_is_paid_to_his_own_phone_and_bank(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.plan = succeeded

        assert send(payer, arrivals) == {"planned": 1, "succeeded": 1}

        payout = agents_payout(cast)
        (order,) = payer.orders
        assert (order.payout_id, order.amount, order.bank_id) == (str(payout.id), AGENTS, "100000000004")
        assert order.phone.startswith("+7990")
        assert payout.status is PayoutStatus.SUCCEEDED
        assert payout.final_at is not None
        assert arrivals.payouts == [payout.id]
        assert balance(accounts.payout_float("yookassa")) == Money.zero()
        assert balance(accounts.payout_in_transit(payout.id)) == Money.zero()
        assert_books_balance()

    def test_the_agencys_waits_for_a_rail(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        send(payer, arrivals)

        with Transactions()() as session:
            waiting = session.scalars(
                select(Payout).where(Payout.owner_organization_id == cast.organization_id)
            ).one()
        assert (waiting.status, waiting.hold_reason) == (PayoutStatus.PLANNED, "no_rail")

    def test_a_pending_one_is_asked_about_until_it_arrives(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        assert send(payer, arrivals)["sending"] == 1
        (provider_id,) = payer.payouts
        assert balance(accounts.payout_in_transit(agents_payout(cast).id)) == AGENTS

        assert send(payer, arrivals, later=timedelta(minutes=5)) == {"sending": 1}
        payer.succeed(provider_id)
        assert send(payer, arrivals, later=timedelta(minutes=40)) == {"succeeded": 1}
        assert send(payer, arrivals, later=timedelta(hours=12)) == {}
        assert len(payer.payouts) == 1
        assert_books_balance()

    def test_five_runs_at_once_send_once(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        at_once(lambda: send(payer, arrivals, transactions=OwnConnections()), times=5)

        assert len(payer.orders) == 1
        assert agents_payout(cast).tries == 1
        assert_books_balance()

    @pytest.mark.parametrize("refusal", [ProviderRefused("invalid_request"), None])
    def test_one_that_will_not_happen_gives_the_money_back_to_its_owner(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, refusal: ProviderRefused | None
    ) -> None:
        payer.before = refusal
        payer.plan = canceled

        assert send(payer, arrivals)["failed"] == 1

        payout = agents_payout(cast)
        assert payout.failure_reason == ("invalid_request" if refusal else "general_decline")
        assert balance(accounts.payout_float("yookassa")) == AGENTS
        assert balance(accounts.payout_in_transit(payout.id)) == Money.zero()
        assert tasks_of("payout_failed") == [payout.failure_reason]
        assert send(payer, arrivals, later=timedelta(days=1)).get("failed") is None
        assert arrivals.payouts == []
        assert_books_balance()


class TestUnknownOutcome:
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_is_never_answered_by_a_second_payout(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, moment: str
    ) -> None:
        setattr(payer, moment, OutcomeUnknown("timeout"))
        payer.plan = succeeded

        assert send(payer, arrivals)["unknown"] == 1
        assert agents_payout(cast).unknown_since is not None
        assert balance(accounts.payout_in_transit(agents_payout(cast).id)) == AGENTS

        assert send(payer, arrivals, later=timedelta(minutes=5)) == {"succeeded": 1}
        assert len(payer.payouts) == 1
        assert len(arrivals.payouts) == 1
        assert_books_balance()

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_stays_unknown_when_the_repeat_is_refused(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, moment: str
    ) -> None:
        setattr(payer, moment, OutcomeUnknown("timeout"))
        send(payer, arrivals)
        # The provider doesn't show it yet, and says no to the repeat.
        hidden = dict(payer.payouts)
        payer.payouts.clear()
        payer.before = ProviderRefused("too_many_requests")

        assert send(payer, arrivals, later=timedelta(minutes=5)) == {"unknown": 1}
        assert balance(accounts.payout_in_transit(agents_payout(cast).id)) == AGENTS
        assert tasks_of("payout_failed") == []

        payer.payouts.update(hidden)
        assert send(payer, arrivals, later=timedelta(minutes=40)) == {"sending": 1}
        assert len(payer.orders) == 1
        assert_books_balance()

    def test_of_a_run_that_died_stays_unknown_when_the_repeat_is_refused(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.after = KeyboardInterrupt()
        with pytest.raises(KeyboardInterrupt):
            send(payer, arrivals)
        assert agents_payout(cast).status is PayoutStatus.SENDING
        payer.payouts.clear()
        payer.before = ProviderRefused("invalid_request")

        assert send(payer, arrivals, later=timedelta(minutes=5))["unknown"] == 1

    def test_is_not_sent_again_once_the_key_is_dead(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.before = OutcomeUnknown("timeout")
        send(payer, arrivals)

        assert send(payer, arrivals, later=timedelta(hours=23, minutes=30))["unknown"] == 1
        assert payer.orders == []
        assert tasks_of("payout_unknown") == []
        assert send(payer, arrivals, later=timedelta(hours=25))["unknown"] == 1
        assert payer.orders == []
        assert tasks_of("payout_unknown") == ["no_answer"]

    def test_goes_to_the_account_chosen_at_first(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.before = OutcomeUnknown("timeout")
        send(payer, arrivals)
        with Transactions()() as session:
            session.execute(update(PayoutAccount).values(is_default=False))

        send(payer, arrivals, later=timedelta(minutes=5))

        assert [order.bank_id for order in payer.orders] == ["100000000004"]

    def test_another_sum_than_ours_is_a_persons_matter(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.plan = lambda payout: succeeded(payout._replace(amount=payout.amount + Money(1)))

        assert send(payer, arrivals)["unknown"] == 1

        assert tasks_of("payout_contradicted") == ["other_payout"]
        assert balance(accounts.payout_in_transit(agents_payout(cast).id)) == AGENTS
        assert send(payer, arrivals, later=timedelta(days=2)).get("unknown") is None

    def test_a_run_that_died_before_the_call_is_taken_up(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        sender = Sender(Transactions(), payer, (), arrivals, utc_now())
        assert sender._reserve(agents_payout(cast).id) is PayoutStatus.RESERVED

        assert send(payer, arrivals, later=timedelta(minutes=5))["sending"] == 1
        assert len(payer.payouts) == 1

    def test_silence_about_a_known_one_keeps_the_money_set_aside(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        send(payer, arrivals)
        payer.silent = True

        assert send(payer, arrivals, later=timedelta(minutes=5)) == {"unknown": 1}
        payer.silent = False
        assert send(payer, arrivals, later=timedelta(hours=1)) == {"sending": 1}
        assert agents_payout(cast).unknown_since is None
