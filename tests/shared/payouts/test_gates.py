"""A closed gate holds a payout with a word; it never loses it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import ORMExecuteState, Session

from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, balances, flows
from shared.organizations.payout_account_models import PayoutAccount
from shared.payouts import outcomes
from shared.payouts.gates import Hold
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.users.models import User, UserStatus
from tests.shared.payments.fakes import FakePayer
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast
from tests.shared.payouts.runs import AGENTS, Arrivals, agents_payout, send, tasks_of


class TestGates:
    def held(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> str | None:
        send(payer, arrivals)
        payout = agents_payout(cast)
        assert payout.status is PayoutStatus.PLANNED
        assert payer.orders == []
        return payout.hold_reason

    @pytest.mark.parametrize("status", [DealStatus.DISPUTE, DealStatus.CANCELLING, DealStatus.CANCELLED])
    def test_a_frozen_deal(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast, status: DealStatus
    ) -> None:
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = status

        assert self.held(payer, arrivals, cast) == "deal_frozen"

    def test_blocked_owner(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        with Transactions()() as session:
            session.get_one(User, cast.agent_id).status = UserStatus.BLOCKED

        assert self.held(payer, arrivals, cast) == "owner_blocked"
        assert tasks_of("payout_held") == ["owner_blocked"]

    def test_an_owner_who_was_blocked_after_the_reservation(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        sender = Sender(Transactions(), payer, (), arrivals, utc_now())
        sender._reserve(agents_payout(cast).id)
        with Transactions()() as session:
            session.get_one(User, cast.agent_id).status = UserStatus.BLOCKED

        send(payer, arrivals)
        held = agents_payout(cast)
        with Transactions()() as session:
            session.get_one(User, cast.agent_id).status = UserStatus.ACTIVE
        send(payer, arrivals, later=timedelta(hours=2))

        assert (held.status, held.hold_reason) == (PayoutStatus.RESERVED, "owner_blocked")
        assert len(payer.orders) == 1
        sent = agents_payout(cast)
        assert (sent.status, sent.hold_reason) == (PayoutStatus.SENDING, None)

    def test_an_owner_whose_contact_was_changed_within_a_day(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        with Transactions()() as session:
            session.get_one(User, cast.agent_id).payouts_held_until = utc_now() + timedelta(hours=24)

        assert self.held(payer, arrivals, cast) == "contact_changed"
        send(payer, arrivals, later=timedelta(hours=23, minutes=59))
        assert payer.orders == []
        send(payer, arrivals, later=timedelta(hours=24, minutes=1))
        assert len(payer.orders) == 1

    def test_an_owner_whose_contact_was_changed_after_the_reservation(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        Sender(Transactions(), payer, (), arrivals, utc_now())._reserve(agents_payout(cast).id)
        with Transactions()() as session:
            session.get_one(User, cast.agent_id).payouts_held_until = utc_now() + timedelta(hours=24)

        send(payer, arrivals)
        held = agents_payout(cast)
        send(payer, arrivals, later=timedelta(hours=24, minutes=1))

        assert (held.status, held.hold_reason) == (PayoutStatus.RESERVED, "contact_changed")
        assert len(payer.orders) == 1

    def test_no_usable_account(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        with Transactions()() as session:
            session.execute(update(PayoutAccount).values(usable_from=utc_now() + timedelta(hours=20)))

        assert self.held(payer, arrivals, cast) == "no_account"

    def test_above_the_providers_limit(self, payer: FakePayer, arrivals: Arrivals) -> None:
        cast = a_cast()
        pay_and_release(cast)
        with Transactions()() as session:
            session.execute(update(Payout).values(amount_kopecks=Money(500_000_01)))

        assert self.held(payer, arrivals, cast) == "outside_provider_limits"
        assert tasks_of("payout_held") == ["outside_provider_limits"]

    def test_a_higher_domains_gate(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        def closed(_session: Session, _payout: Payout, _now: datetime) -> Hold:
            return Hold("closed", timedelta(hours=1))

        counts = Sender(Transactions(), payer, (closed,), arrivals, utc_now()).send_due()

        assert counts == {"planned": 2}
        assert agents_payout(cast).hold_reason == "closed"

    def test_an_empty_float_until_the_money_comes(self, payer: FakePayer, arrivals: Arrivals) -> None:
        cast = a_cast()
        pay_and_release(cast)

        assert self.held(payer, arrivals, cast) == "not_funded"
        fund_payouts(AGENTS)
        assert send(payer, arrivals) == {"sending": 1}
        assert agents_payout(cast).hold_reason is None

    def test_a_float_pays_no_more_than_it_holds(self, payer: FakePayer, arrivals: Arrivals) -> None:
        casts = [a_cast(), a_cast()]
        for cast in casts:
            pay_and_release(cast)
        fund_payouts(AGENTS)

        at_once(lambda: send(payer, arrivals, transactions=OwnConnections()), times=2)

        assert len(payer.orders) == 1
        assert {agents_payout(cast).status for cast in casts} == {
            PayoutStatus.SENDING,
            PayoutStatus.PLANNED,
        }

    def test_money_that_leaves_while_the_float_is_looked_at_is_not_spent_twice(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        send(payer, arrivals)
        (provider_id,) = payer.payouts
        payer.succeed(provider_id)
        first_id, another = agents_payout(cast).id, a_cast()
        pay_and_release(another)

        def first_arrives() -> None:
            with OwnConnections()() as session:
                truth = payer.payouts[provider_id]
                outcomes.record(session, first_id, truth, on_settled=arrivals, now=utc_now())

        with between_looks(first_arrives):
            assert "error" not in send(payer, arrivals)

        assert agents_payout(cast).status is PayoutStatus.SUCCEEDED
        assert agents_payout(another).hold_reason == "not_funded"
        assert len(payer.orders) == 1

    def test_clients_money_that_is_not_all_there(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        with Transactions()() as session:
            # The platform took more than its fee.
            from_bank = balances.balance_of(session, accounts.client_bank())
            _sweep(session, from_bank + Money(200_000_00))

        assert self.held(payer, arrivals, cast) == "not_covered"


@contextmanager
def between_looks(intrude: Callable[[], None]) -> Iterator[None]:
    """Call once, between the first and the second statement after a float was locked."""
    seen: list[str] = []

    def watch(state: ORMExecuteState) -> None:
        if seen or "pg_advisory_xact_lock" in str(state.statement):
            seen.append(str(state.statement))
            if len(seen) == 3:
                intrude()

    event.listen(Session, "do_orm_execute", watch)
    try:
        yield
    finally:
        event.remove(Session, "do_orm_execute", watch)
    assert len(seen) > 3


def _sweep(session: Session, amount: Money) -> None:
    flows.fee_swept(session, reference="too-much", amount=amount, occurred_at=utc_now())
