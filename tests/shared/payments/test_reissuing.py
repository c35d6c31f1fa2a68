import pytest

from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import DealStatus, StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.errors import Conflict
from shared.kernel.money import Money
from shared.payments.errors import (
    IntentOpen,
    IntentOutcomeUnknown,
    IntentPaid,
)
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from shared.ports.payments import OutcomeUnknown, PaymentState
from shared.refunds import ending
from tests.shared.payments.fakes import DEALS, FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import ask_for_link, hear, intent_of, task_reasons
from tests.shared.payments.taking_back import cancel, next_poll, poll, reissue, state_at
from tests.shared.payments.world import a_cast, assert_books_balance, count_of, deal_status, step_of


class TestReissuing:
    def test_makes_another_link_and_keeps_the_old_one(self, bank: FakeCollector) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)

        new = reissue(bank, cast, old)

        assert intent_of(old.id).status is IntentStatus.CANCELLED
        assert (new.status, new.replaces_id) == (IntentStatus.PENDING, old.id)
        assert new.provider_payment_id != old.provider_payment_id
        assert new.schedule_id == old.schedule_id

    @pytest.mark.parametrize("reason", ["expired_on_confirmation", "general_decline"])
    def test_follows_one_that_ended(self, bank: FakeCollector, reason: str) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)
        bank.cancel(old.provider_payment_id or "", reason)
        hear(bank, old.provider_payment_id or "", "payment.canceled")

        assert reissue(bank, cast, old).replaces_id == old.id

    def test_asks_first_whether_the_old_one_was_paid(self, bank: FakeCollector) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)
        bank.pay(old.provider_payment_id or "")

        with pytest.raises(IntentPaid):
            reissue(bank, cast, old)

        assert len(bank.payments) == 1
        assert step_of(cast.deal_id).status is StepStatus.PAID

    def test_records_money_of_which_no_message_came(self, bank: FakeCollector) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)
        cancel(bank, cast, old)
        bank.pay(old.provider_payment_id or "")

        with pytest.raises(IntentPaid):
            reissue(bank, cast, old)

        assert count_of(Payment, Payment.late) == 1

    @pytest.mark.parametrize("is_open", [True, False])
    def test_waits_while_the_bank_is_silent_about_the_old_one(
        self, deals_bank: FakeCollector, *, is_open: bool
    ) -> None:
        cast = a_cast()
        old = ask_for_link(deals_bank, cast)
        if not is_open:
            cancel(deals_bank, cast, old)
        deals_bank.silent = True

        with pytest.raises(IntentOutcomeUnknown):
            reissue(deals_bank, cast, old)
        assert deals_bank.creates == 1

    def test_never_follows_one_of_which_nobody_knows_whether_it_was_made(self, bank: FakeCollector) -> None:
        cast = a_cast()
        bank.after = OutcomeUnknown("timeout")
        old = ask_for_link(bank, cast)

        with pytest.raises(IntentOutcomeUnknown):
            reissue(bank, cast, old)
        assert bank.creates == 1

    def test_by_ten_at_once_leaves_one_open_link(self, bank: FakeCollector) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)

        refused = at_once(
            lambda: reissue(bank, cast, old, transactions=OwnConnections()), times=10, expected=Conflict
        )

        assert refused == 9
        assert count_of(PaymentIntent, PaymentIntent.status == IntentStatus.PENDING) == 1

    def test_an_open_successor_is_named(self, bank: FakeCollector) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)
        new = reissue(bank, cast, old)

        with pytest.raises(IntentOpen) as refused:
            reissue(bank, cast, old)

        assert refused.value.intent_id == new.id


class TestTwoLinksOfAStep:
    @pytest.mark.parametrize("can_take_back", [True, False])
    def test_the_other_ends_when_one_is_paid(self, bank: FakeCollector, *, can_take_back: bool) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)
        new = reissue(bank, cast, old)
        bank.capabilities = DEALS if can_take_back else bank.capabilities
        bank.pay(old.provider_payment_id or "")
        hear(bank, old.provider_payment_id or "")

        assert intent_of(new.id).status is IntentStatus.CANCELLED
        assert poll(bank) == ({"closed": 1} if can_take_back else {"still_open": 1})
        assert (next_poll(new) is None) is can_take_back

    def test_both_paid_the_second_goes_to_suspense(self, bank: FakeCollector) -> None:
        cast = a_cast()
        old = ask_for_link(bank, cast)
        new = reissue(bank, cast, old)
        for intent in (old, new):
            bank.pay(intent.provider_payment_id or "")

        assert poll(bank) == {"recorded": 1, "suspense": 1}

        assert task_reasons() == ["second_payment"]
        assert (next_poll(old), next_poll(new)) == (None, None)
        assert_books_balance()


class TestADealThatEnds:
    def test_takes_its_open_links_along(self, deals_bank: FakeCollector) -> None:
        cast = a_cast(steps=[Money(100_00), Money(200_00)])
        links = [ask_for_link(deals_bank, cast, step_no) for step_no in (1, 2)]

        with Transactions()() as session:
            deal = deals.deal_for_update(session, cast.deal_id)
            deal.status = DealStatus.CANCELLING
            ending.finish_cancelling(session, deal, now=utc_now())

        assert deal_status(cast.deal_id) is DealStatus.CANCELLED
        assert [intent_of(link.id).status for link in links] == [IntentStatus.CANCELLED] * 2
        assert poll(deals_bank) == {"closed": 2}
        assert [state_at(deals_bank, link) for link in links] == [PaymentState.CANCELED] * 2
