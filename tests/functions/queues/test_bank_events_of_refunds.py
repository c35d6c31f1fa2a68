"""The worker of the bank's messages about refunds: ours are booked once, others are a person's matter."""

from datetime import timedelta

import pytest

from functions.schedules.refunds_send.handler import app as send_refunds
from shared.inbox.models import InboxEvent
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.refunds.models import Refund, RefundStatus
from tests.adapters.yookassa.bankside import BankSide
from tests.builders.crashing import dies_at, labels_of
from tests.functions.refunding import a_message, an_accepted_refund, handled, made_for, paid_at, run
from tests.shared.payments.steps import balance
from tests.shared.payments.world import a_cast, assert_books_balance, count_of
from tests.shared.refunds.asking import open_tasks, refund_of

_OF_A_REFUND = [label for label in labels_of("bank_events") if label.startswith("bank_events.refund_")]


def a_refund_on_its_way(bank: BankSide, *, answered: bool = True) -> tuple[Refund, str]:
    """Its id at the provider too, which we know only where its answer came."""
    bank.ask("refunds/plan", plan="hold")
    if not answered:
        bank.spoil("drop_after", "refunds.create")
    _, refund = an_accepted_refund(bank)
    send_refunds({}, None)
    (made,) = made_for(bank, refund)
    assert (refund_of(refund.id).provider_refund_id == made["id"]) == answered
    return refund, made["id"]


class TestAMessage:
    @pytest.mark.parametrize("answered", [True, False], ids=["answered", "lost"])
    def test_about_ours_books_it_once(self, bank: BankSide, answered: bool) -> None:  # noqa: FBT001 -- a case
        refund, made_id = a_refund_on_its_way(bank, answered=answered)
        bank.ask(f"refunds/{made_id}/succeed")
        message = a_message("refund.succeeded", made_id)

        assert handled(message)
        assert handled(message)

        assert refund_of(refund.id).status is RefundStatus.SUCCEEDED
        assert count_of(InboxEvent, InboxEvent.event_key == f"refund.succeeded:{made_id}") == 1
        assert balance(accounts.refund_in_transit(refund.id)) == Money.zero()
        assert_books_balance()
        assert run(timedelta(hours=2)) == {}

    def test_that_comes_after_the_schedule_changes_nothing(self, bank: BankSide) -> None:
        refund, made_id = a_refund_on_its_way(bank)
        bank.ask(f"refunds/{made_id}/succeed")
        assert run(timedelta(hours=2)) == {"succeeded": 1}

        assert handled(a_message("refund.succeeded", made_id))

        assert count_of(InboxEvent, InboxEvent.event_key == f"refund.succeeded:{made_id}") == 1
        assert open_tasks("refunded_at_provider") == []
        assert refund_of(refund.id).status is RefundStatus.SUCCEEDED

    def test_that_claims_too_much_books_nothing(self, bank: BankSide) -> None:
        refund, made_id = a_refund_on_its_way(bank)

        assert handled(a_message("refund.succeeded", made_id))

        assert refund_of(refund.id).status is RefundStatus.SENDING
        assert count_of(InboxEvent, InboxEvent.event_key.startswith("refund.")) == 0

    def test_about_one_made_in_the_cabinet_is_a_persons_matter(self, bank: BankSide) -> None:
        payment_id = paid_at(bank, a_cast())
        by_hand = bank.ask("refunds/cabinet", payment_id=payment_id, amount="1.00")

        assert handled(a_message("refund.succeeded", by_hand["id"]))

        assert open_tasks("refunded_at_provider") == ["refund_unrecorded"]
        assert count_of(Refund) == 0

    def test_comes_back_while_the_provider_is_silent(self, bank: BankSide) -> None:
        refund, made_id = a_refund_on_its_way(bank)
        bank.ask(f"refunds/{made_id}/succeed")
        bank.spoil("error_before", "refunds.get")

        assert not handled(a_message("refund.succeeded", made_id))
        assert handled(a_message("refund.succeeded", made_id))
        assert refund_of(refund.id).status is RefundStatus.SUCCEEDED


class TestDeath:
    @pytest.mark.parametrize("label", _OF_A_REFUND)
    def test_a_refund_is_booked_once(self, bank: BankSide, label: str) -> None:
        refund, made_id = a_refund_on_its_way(bank)
        bank.ask(f"refunds/{made_id}/succeed")
        message = a_message("refund.succeeded", made_id)

        assert dies_at(label, "queues.bank_events", message)
        assert_books_balance()
        assert handled(message)

        assert refund_of(refund.id).status is RefundStatus.SUCCEEDED
        assert_books_balance()
