"""A failed payout is paid again by an operator's word, and an earlier attempt can't be taken for the new one."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.organizations.payout_account_models import PayoutAccount
from shared.payments.models import Split, SplitLine
from shared.payouts import attempts, retrying
from shared.payouts.errors import PayoutContradicted, PayoutNotFailed
from shared.payouts.models import PayoutStatus
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from tests.shared.payments.fakes import FakePayer, canceled, succeeded
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.world import Cast, assert_books_balance
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, balance, hear, send, tasks_of


def retry(cast: Cast, transactions: Transactions | None = None) -> None:
    with (transactions or Transactions())() as session:
        retrying.retry(session, payout_id=agents_payout(cast).id, reason="account_changed", now=utc_now())


def payable(cast: Cast) -> Money:
    with Transactions()() as session:
        split = session.scalars(select(Split).where(Split.line == SplitLine.AGENT)).one()
    return balance(accounts.payable(cast.agent_id, split.id))


class TestRetry:
    @pytest.mark.parametrize("refusal", [ProviderRefused("invalid_request"), None])
    def test_pays_with_a_key_of_its_own(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, refusal: ProviderRefused | None
    ) -> None:
        payer.before, payer.plan = refusal, canceled
        send(payer, arrivals)
        first = agents_payout(cast)
        assert payable(cast) == AGENTS

        retry(cast)
        payer.plan = succeeded

        assert send(payer, arrivals)["succeeded"] == 1
        second = agents_payout(cast)
        assert second.provider_key != first.provider_key
        assert (payer.orders[-1].payout_id, second.failure_reason) == (f"{second.id}/2", None)
        assert payable(cast) == Money.zero()
        assert balance(accounts.payout_in_transit(second.id)) == Money.zero()
        assert_books_balance()

    def test_may_fail_again_and_again(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        payer.plan = canceled
        send(payer, arrivals)

        for _ in range(3):
            retry(cast)
            assert send(payer, arrivals)["failed"] == 1
            assert payable(cast) == AGENTS
        assert_books_balance()

    def test_goes_to_the_account_of_the_day(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        payer.plan = canceled
        send(payer, arrivals)
        with Transactions()() as session:
            session.execute(update(PayoutAccount).values(is_default=False))

        retry(cast)
        send(payer, arrivals)

        assert agents_payout(cast).hold_reason == "no_account"
        assert len(payer.orders) == 1

    @pytest.mark.parametrize("state", ["planned", "sending", "unknown", "succeeded"])
    def test_takes_only_what_failed(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, state: str
    ) -> None:
        if state == "unknown":
            payer.before = OutcomeUnknown("timeout")
        if state == "succeeded":
            payer.plan = succeeded
        if state != "planned":
            send(payer, arrivals)
        assert agents_payout(cast).status == state

        with pytest.raises(PayoutNotFailed):
            retry(cast)
        assert agents_payout(cast).status == state

    def test_two_operators_at_once_plan_one_attempt(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.plan = canceled
        send(payer, arrivals)

        refused = at_once(lambda: retry(cast, OwnConnections()), times=2, expected=PayoutNotFailed)

        assert refused == 1
        assert agents_payout(cast).attempt == 2

    def test_waits_while_the_provider_sees_it_otherwise(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        payer.plan = canceled
        send(payer, arrivals)
        (provider_id,) = payer.payouts
        payer.succeed(provider_id)
        hear(payer, arrivals, provider_id, "payout.succeeded")

        with pytest.raises(PayoutContradicted):
            retry(cast)


class TestFormerAttempt:
    @pytest.fixture
    def former(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> str:
        """The provider's id of a failed attempt, with the next one's outcome unknown."""
        payer.plan = canceled
        send(payer, arrivals)
        retry(cast)
        payer.plan = lambda payout: payout
        payer.after = OutcomeUnknown("timeout")
        send(payer, arrivals)
        return next(iter(payer.payouts))

    def test_is_not_taken_for_the_new_one(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, former: str
    ) -> None:
        hear(payer, arrivals, former, "payout.canceled")
        assert agents_payout(cast).status is PayoutStatus.UNKNOWN

        send(payer, arrivals, later=timedelta(minutes=5))

        assert agents_payout(cast).status is PayoutStatus.SENDING
        assert agents_payout(cast).provider_payout_id not in {former, None}
        assert len(payer.payouts) == 2

    @pytest.mark.parametrize("planned", [True, False])
    def test_that_succeeds_after_all_is_told(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, *, planned: bool
    ) -> None:
        payer.plan = canceled
        send(payer, arrivals)
        (former,) = payer.payouts
        retry(cast)
        if not planned:
            payer.plan = lambda payout: payout
            send(payer, arrivals)
        before = agents_payout(cast).status
        payer.succeed(former)

        hear(payer, arrivals, former, "payout.succeeded")

        assert agents_payout(cast).status is before
        assert tasks_of(attempts.CONTRADICTED) == ["former_attempt_succeeded"]
        assert arrivals.payouts == []
        assert_books_balance()
