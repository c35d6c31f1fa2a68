from datetime import timedelta

import pytest

from shared.access.rights import Reach
from shared.audit.models import AuditLog
from shared.deals.models import DealStatus, StepStatus
from shared.deals.service import Viewer
from shared.payments.errors import (
    IntentEnded,
    IntentNotFound,
    IntentOutcomeUnknown,
    IntentPaid,
)
from shared.payments.models import IntentStatus, Payment, PaymentStatus
from shared.ports.payments import OutcomeUnknown, PaymentState
from tests.shared.payments.fakes import DEALS, FakeCollector
from tests.shared.payments.steps import ask_for_link, intent_of
from tests.shared.payments.taking_back import cancel, next_poll, poll, state_at
from tests.shared.payments.world import a_cast, assert_books_balance, count_of, deal_status, step_of


class TestCancelling:
    def test_ends_the_link_at_the_bank_too_where_it_can(self, deals_bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(deals_bank, cast)

        facts = cancel(deals_bank, cast, intent)

        assert facts.intent.status is IntentStatus.CANCELLED
        assert [one.event for one in facts.timeline] == ["created", "pending", "cancel_asked", "cancelled"]
        assert state_at(deals_bank, intent) is PaymentState.CANCELED
        assert next_poll(intent) is None
        assert deal_status(cast.deal_id) is DealStatus.SIGNED

    def test_ends_it_here_where_the_bank_can_not_and_watches_it(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(bank, cast)

        assert cancel(bank, cast, intent).intent.status is IntentStatus.CANCELLED

        assert state_at(bank, intent) is PaymentState.PENDING
        assert poll(bank) == {"still_open": 1}
        bank.cancel(intent.provider_payment_id or "")
        assert poll(bank, timedelta(minutes=15)) == {"closed": 1}
        assert intent_of(intent.id).status is IntentStatus.CANCELLED
        assert next_poll(intent) is None

    def test_money_that_still_comes_is_late_money(self, bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(bank, cast)
        cancel(bank, cast, intent)
        bank.pay(intent.provider_payment_id or "")

        assert poll(bank) == {"recorded": 1}

        assert count_of(Payment, Payment.late, Payment.status == PaymentStatus.RECEIVED) == 1
        assert step_of(cast.deal_id).status is StepStatus.PAID
        assert intent_of(intent.id).status is IntentStatus.PAID
        assert_books_balance()

    @pytest.mark.parametrize("can_take_back", [True, False])
    def test_a_client_who_was_faster_has_paid(self, bank: FakeCollector, *, can_take_back: bool) -> None:
        bank.capabilities = DEALS if can_take_back else bank.capabilities
        cast = a_cast()
        intent = ask_for_link(bank, cast)
        bank.pay(intent.provider_payment_id or "")

        with pytest.raises(IntentPaid):
            cancel(bank, cast, intent)

        assert intent_of(intent.id).status is IntentStatus.PAID
        assert count_of(Payment, Payment.late.is_(False)) == 1
        with pytest.raises(IntentPaid):
            cancel(bank, cast, intent)

    def test_without_the_banks_answer_is_finished_by_the_poller(self, deals_bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(deals_bank, cast)
        deals_bank.silent = True

        facts = cancel(deals_bank, cast, intent)

        assert facts.intent.status is IntentStatus.PENDING
        assert facts.intent.cancel_asked_at is not None
        deals_bank.silent = False
        assert poll(deals_bank) == {"closed": 1}
        assert intent_of(intent.id).status is IntentStatus.CANCELLED
        assert state_at(deals_bank, intent) is PaymentState.CANCELED

    def test_may_be_repeated_until_the_bank_answers(self, deals_bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(deals_bank, cast)
        deals_bank.silent = True
        cancel(deals_bank, cast, intent)
        deals_bank.silent = False

        assert cancel(deals_bank, cast, intent).intent.status is IntentStatus.CANCELLED
        assert count_of(AuditLog, AuditLog.action == "intent.cancel_asked") == 1

    def test_of_a_link_of_which_nobody_knows_whether_it_was_made_waits(self, bank: FakeCollector) -> None:
        cast = a_cast()
        bank.after = OutcomeUnknown("timeout")
        intent = ask_for_link(bank, cast)

        with pytest.raises(IntentOutcomeUnknown):
            cancel(bank, cast, intent)
        assert intent_of(intent.id).cancel_asked_at is None

    def test_happens_once(self, deals_bank: FakeCollector) -> None:
        cast = a_cast()
        intent = ask_for_link(deals_bank, cast)
        cancel(deals_bank, cast, intent)

        with pytest.raises(IntentEnded):
            cancel(deals_bank, cast, intent)

    def test_is_for_those_of_the_deal(self, bank: FakeCollector) -> None:
        cast, other = a_cast(), a_cast()
        intent = ask_for_link(bank, cast)

        for viewer in (other.agent, Viewer(cast.client_id, Reach.OWN, None)):
            with pytest.raises(IntentNotFound):
                cancel(bank, cast, intent, viewer=viewer)
