from datetime import timedelta

import pytest

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals.errors import DealNotFound, DealNotPayable, StepNotFound
from shared.deals.models import Deal, DealStatus
from shared.deals.service import Viewer
from shared.kernel.clock import utc_now
from shared.kernel.errors import Conflict
from shared.kernel.money import Money
from shared.payments import intents
from shared.payments.errors import (
    IntentOpen,
    ParticipantBlocked,
    ProviderSaidNo,
    StepNotOpen,
    TooLittleForOnePayment,
    TooMuchForOnePayment,
    TooMuchForOnePayout,
)
from shared.payments.models import IntentStatus, PaymentIntent
from shared.ports.payments import OutcomeUnknown, ProviderRefused
from shared.users.models import User, UserStatus
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import ask_for_link, intent_of, only, pay_step
from tests.shared.payments.world import a_cast, count_of, deal_status


class TestCreate:
    def test_makes_one_payable_link_for_the_steps_sum(self, bank: FakeCollector) -> None:
        cast = a_cast()

        intent = ask_for_link(bank, cast)

        assert intent.status is IntentStatus.PENDING
        assert intent.url == "https://pay.example.test/checkout"
        assert intent.amount_kopecks == Money(300_000_00)
        assert deal_status(cast.deal_id) is DealStatus.PAYMENT_PENDING
        assert count_of(AuditLog, AuditLog.action == "intent.created") == 1

    def test_the_agencys_admin_may_ask_too(self, bank: FakeCollector) -> None:
        cast = a_cast()

        made = intents.create_intent(
            Transactions(),
            providers=only(bank),
            deal_id=cast.deal_id,
            step_no=1,
            viewer=cast.admin,
            actor=SYSTEM,
            now=utc_now(),
        )

        assert made.intent.created_by == cast.admin_id

    def test_somebody_elses_deal_is_not_found(self, bank: FakeCollector) -> None:
        mine, other = a_cast(), a_cast()

        with pytest.raises(DealNotFound):
            intents.create_intent(
                Transactions(),
                providers=only(bank),
                deal_id=other.deal_id,
                step_no=1,
                viewer=Viewer(mine.agent_id, mine.agent.reach, None),
                actor=SYSTEM,
                now=utc_now(),
            )
        assert bank.creates == 0

    def test_an_unsigned_deal_is_not_payable(self, bank: FakeCollector) -> None:
        cast = a_cast()
        with Transactions()() as session:
            session.get_one(Deal, cast.deal_id).status = DealStatus.AWAITING_SIGNATURES

        with pytest.raises(DealNotPayable):
            ask_for_link(bank, cast)

    @pytest.mark.parametrize("who", ["agent_id", "client_id"])
    def test_no_money_is_asked_for_where_somebody_is_blocked(self, bank: FakeCollector, who: str) -> None:
        cast = a_cast()
        with Transactions()() as session:
            session.get_one(User, getattr(cast, who)).status = UserStatus.BLOCKED

        with pytest.raises(ParticipantBlocked):
            intents.create_intent(
                Transactions(),
                providers=only(bank),
                deal_id=cast.deal_id,
                step_no=1,
                viewer=cast.admin,
                actor=SYSTEM,
                now=utc_now(),
            )
        assert (bank.creates, count_of(PaymentIntent)) == (0, 0)

    def test_there_must_be_such_a_step(self, bank: FakeCollector) -> None:
        with pytest.raises(StepNotFound):
            ask_for_link(bank, a_cast(), step_no=2)

    def test_a_paid_step_takes_no_second_link(self, bank: FakeCollector) -> None:
        cast = a_cast()
        pay_step(bank, cast)

        with pytest.raises(StepNotOpen):
            ask_for_link(bank, cast)

    def test_a_step_has_one_open_link_which_the_refusal_names(self, bank: FakeCollector) -> None:
        cast = a_cast()
        first = ask_for_link(bank, cast)

        with pytest.raises(IntentOpen) as refused:
            ask_for_link(bank, cast)

        assert refused.value.intent_id == first.id
        assert str(first.id) in refused.value.detail

    def test_above_the_rails_limit_parts_are_offered(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[Money(700_000_01), Money(700_000_00), Money(99)])

        with pytest.raises(TooMuchForOnePayment, match="части"):
            ask_for_link(bank, cast)
        with pytest.raises(TooLittleForOnePayment):
            ask_for_link(bank, cast, step_no=3)
        assert ask_for_link(bank, cast, step_no=2).status is IntentStatus.PENDING

    def test_more_than_a_person_can_be_paid_at_once_is_not_taken(self, bank: FakeCollector) -> None:
        # The fee is 2 %, and the rest is the agent's: 500 000.00 of 510 204.08.
        cast = a_cast(agency=False, steps=[Money(510_204_10), Money(510_204_08)])

        with pytest.raises(TooMuchForOnePayout, match="Разделите шаг на части"):
            ask_for_link(bank, cast)
        assert count_of(PaymentIntent) == 0
        assert ask_for_link(bank, cast, step_no=2).status is IntentStatus.PENDING

    def test_ten_at_once_make_one_link(self, bank: FakeCollector) -> None:
        cast = a_cast()

        refused = at_once(
            lambda: ask_for_link(bank, cast, transactions=OwnConnections()), times=10, expected=Conflict
        )

        assert refused == 9
        assert count_of(PaymentIntent) == 1
        assert len(bank.payments) == 1


class TestOutcomes:
    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_an_unknown_outcome_leaves_it_created_without_address(
        self, bank: FakeCollector, moment: str
    ) -> None:
        setattr(bank, moment, OutcomeUnknown("timeout"))

        intent = ask_for_link(bank, a_cast())

        assert (intent.status, intent.url) == (IntentStatus.CREATED, None)
        assert intent.unknown_since is not None
        assert intent.next_poll_at is not None

    def test_a_refusal_frees_step_and_deal(self, bank: FakeCollector) -> None:
        cast = a_cast()
        bank.before = ProviderRefused("invalid_request")

        with pytest.raises(ProviderSaidNo):
            ask_for_link(bank, cast)

        assert count_of(PaymentIntent, PaymentIntent.status == IntentStatus.FAILED) == 1
        assert deal_status(cast.deal_id) is DealStatus.SIGNED
        assert ask_for_link(bank, cast).status is IntentStatus.PENDING

    def test_another_live_link_keeps_the_deal_waiting(self, bank: FakeCollector) -> None:
        cast = a_cast(steps=[Money(100_00), Money(200_00)])
        ask_for_link(bank, cast)
        bank.before = ProviderRefused("invalid_request")

        with pytest.raises(ProviderSaidNo):
            ask_for_link(bank, cast, step_no=2)

        assert deal_status(cast.deal_id) is DealStatus.PAYMENT_PENDING

    def test_a_slow_answer_does_not_undo_what_a_message_told(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = pay_step(bank, cast)

        with Transactions()() as session:
            intents.attach(
                session,
                intent.id,
                bank.payments[intent.provider_payment_id or ""],
                now=utc_now() + timedelta(seconds=1),
            )

        assert intent_of(intent.id).status is IntentStatus.PAID
