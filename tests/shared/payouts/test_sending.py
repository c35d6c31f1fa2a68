"""Payouts leave once, only through open gates, and their end is found out whatever happens."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.deals.models import Deal, DealStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, balances, flows
from shared.organizations.models import PayoutAccount
from shared.payments.recording import Claim
from shared.payouts import events
from shared.payouts.gates import Hold
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.ports.payments import BankEvent, OutcomeUnknown, ProviderRefused
from shared.tasks.models import OperatorTask
from shared.users.models import User, UserStatus
from tests.shared.payments.fakes import FakePayer, canceled, succeeded
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import fund_payouts, pay_and_release
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of

AGENTS = Money(167_931_15)


class Arrivals:
    """Remembers what arrived, as the consequence of a payout."""

    def __init__(self) -> None:
        self.payouts: list[UUID] = []

    def __call__(self, _session: Session, payout: Payout, _now: datetime) -> None:
        self.payouts.append(payout.id)


@pytest.fixture
def arrivals() -> Arrivals:
    return Arrivals()


@pytest.fixture
def cast(payer: FakePayer) -> Cast:
    """A released step whose agent can be paid: the provider has the money."""
    cast = a_cast()
    pay_and_release(cast)
    fund_payouts(AGENTS)
    return cast


def send(
    payer: FakePayer,
    arrivals: Arrivals,
    *,
    later: timedelta = timedelta(),
    transactions: Transactions | None = None,
) -> dict[str, int]:
    now = utc_now() + later
    return Sender(transactions or Transactions(), payer, (), arrivals, now).send_due()


def agents_payout(cast: Cast) -> Payout:
    with Transactions()() as session:
        return session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()


def balance(account: accounts.Account) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, account)


def tasks_of(kind: str) -> list[str]:
    with Transactions()() as session:
        return list(session.scalars(select(OperatorTask.reason).where(OperatorTask.kind == kind)))


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
        payer.plan = lambda payout: succeeded(replace(payout, amount=payout.amount + Money(1)))

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


class TestGates:
    def held(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> str | None:
        send(payer, arrivals)
        payout = agents_payout(cast)
        assert payout.status is PayoutStatus.PLANNED
        assert payer.orders == []
        return payout.hold_reason

    def test_dispute(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.DISPUTE

        assert self.held(payer, arrivals, cast) == "deal_frozen"

    def test_blocked_owner(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        with Transactions()() as session:
            session.get_one(User, cast.agent_id).status = UserStatus.BLOCKED

        assert self.held(payer, arrivals, cast) == "owner_blocked"
        assert tasks_of("payout_held") == ["owner_blocked"]

    def test_no_usable_account(self, payer: FakePayer, arrivals: Arrivals, cast: Cast) -> None:
        with Transactions()() as session:
            session.execute(update(PayoutAccount).values(usable_from=utc_now() + timedelta(hours=20)))

        assert self.held(payer, arrivals, cast) == "no_account"

    def test_above_the_providers_limit(self, payer: FakePayer, arrivals: Arrivals) -> None:
        cast = a_cast(agency=False, steps=[Money(600_000_00)])
        pay_and_release(cast)

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

    def test_clients_money_that_is_not_all_there(
        self, payer: FakePayer, arrivals: Arrivals, cast: Cast
    ) -> None:
        with Transactions()() as session:
            # The platform took more than its fee.
            from_bank = balances.balance_of(session, accounts.client_bank())
            _sweep(session, from_bank + Money(200_000_00))

        assert self.held(payer, arrivals, cast) == "not_covered"


def _sweep(session: Session, amount: Money) -> None:

    flows.fee_swept(session, reference="too-much", amount=amount, occurred_at=utc_now())


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
