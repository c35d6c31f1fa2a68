"""The bank's messages: what the provider confirms is booked once, whatever the message says."""

from datetime import timedelta
from itertools import permutations

import pytest
from sqlalchemy import select

from shared.db.session import Transactions
from shared.deals.models import DealStatus, StepStatus
from shared.inbox.models import InboxEvent
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments import events
from shared.payments.models import IntentStatus, Payment, PaymentStatus, Split, SplitStatus
from shared.payments.recording import Claim
from shared.ports.payments import BankEvent, OutcomeUnknown, PaymentState, ProviderPayment
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import (
    ask_for_link,
    balance,
    hear,
    intent_of,
    nothing_more,
    only_payment,
    pay_step,
    task_reasons,
)
from tests.shared.payments.world import (
    Cast,
    a_cast,
    assert_books_balance,
    count_of,
    deal_status,
    step_of,
)


@pytest.fixture
def cast(bank: FakeCollector) -> Cast:
    return a_cast()


class TestSuccess:
    def test_credits_the_step_with_its_split(self, bank: FakeCollector, cast: Cast) -> None:
        intent = pay_step(bank, cast)

        payment = only_payment()
        with Transactions()() as session:
            splits = session.scalars(select(Split).order_by(Split.position)).all()
        assert [(one.line.value, one.amount_kopecks.kopecks) for one in splits] == [
            ("vat", 54_098_36),
            ("platform", 6_000_00),
            ("agency", 71_970_49),
            ("agent", 167_931_15),
        ]
        assert {one.status for one in splits} == {SplitStatus.HELD}
        assert (payment.status, payment.late) == (PaymentStatus.RECEIVED, False)
        assert payment.charge_kopecks == Money(2_100_00)
        assert intent_of(intent.id).status is IntentStatus.PAID
        assert deal_status(cast.deal_id) is DealStatus.IN_PROGRESS
        step = step_of(cast.deal_id)
        assert (step.status, step.release_due_at) == (StepStatus.PAID, step.paid_at)
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == Money(300_000_00)
        assert balance(accounts.acquiring_fee()) == Money(2_100_00)
        assert_books_balance()

    def test_hold_days_put_off_the_release(self, bank: FakeCollector) -> None:
        cast = a_cast(hold_days=3)
        pay_step(bank, cast)

        step = step_of(cast.deal_id)
        assert step.paid_at is not None
        assert step.release_due_at == step.paid_at + timedelta(days=3)

    def test_a_repeat_changes_nothing(self, bank: FakeCollector, cast: Cast) -> None:
        intent = pay_step(bank, cast)

        hear(bank, intent.provider_payment_id or "")

        assert count_of(Payment) == 1
        assert task_reasons() == []
        assert_books_balance()

    def test_ten_at_once_are_one(self, bank: FakeCollector, cast: Cast) -> None:
        intent = ask_for_link(bank, cast)
        provider_id = bank.pay(intent.provider_payment_id or "").provider_id

        at_once(lambda: hear(bank, provider_id, transactions=OwnConnections()), times=10)

        assert count_of(Payment) == 1
        assert balance(accounts.deal_hold(cast.deal_id, 1)) == Money(300_000_00)
        assert task_reasons() == []

    def test_a_message_that_outruns_our_second_transaction_finds_its_intent(
        self, bank: FakeCollector, cast: Cast
    ) -> None:
        bank.after = OutcomeUnknown("dropped")
        intent = ask_for_link(bank, cast)
        (made,) = bank.payments.values()
        bank.pay(made.provider_id)

        hear(bank, made.provider_id)

        assert intent_of(intent.id).status is IntentStatus.PAID
        assert intent_of(intent.id).provider_payment_id == made.provider_id

    def test_a_refund_that_we_did_not_make_is_told_to_an_operator(
        self, bank: FakeCollector, cast: Cast
    ) -> None:
        intent = ask_for_link(bank, cast)
        bank.pay(intent.provider_payment_id or "", refunded=Money(1_00))

        hear(bank, intent.provider_payment_id or "")

        assert task_reasons() == ["refund_unrecorded"]


class TestClaims:
    def test_a_claimed_success_of_a_pending_payment_posts_nothing_and_blocks_nothing(
        self, bank: FakeCollector, cast: Cast
    ) -> None:
        intent = ask_for_link(bank, cast)
        provider_id = intent.provider_payment_id or ""

        hear(bank, provider_id)

        assert count_of(Payment) == 0
        assert count_of(InboxEvent) == 0
        bank.pay(provider_id)
        hear(bank, provider_id)
        assert count_of(Payment) == 1

    def test_a_payment_that_the_provider_does_not_know_is_dropped(
        self, bank: FakeCollector, cast: Cast
    ) -> None:
        hear(bank, "invented")

        assert count_of(InboxEvent) == 0

    def test_without_the_truth_the_message_comes_back(self, bank: FakeCollector, cast: Cast) -> None:
        intent = ask_for_link(bank, cast)
        bank.silent = True

        with pytest.raises(OutcomeUnknown):
            hear(bank, intent.provider_payment_id or "")

    def test_a_new_word_of_the_provider_changes_nothing_and_asks_a_person(
        self, bank: FakeCollector, cast: Cast
    ) -> None:
        intent = ask_for_link(bank, cast)
        bank.pay(intent.provider_payment_id or "", state=PaymentState.UNKNOWN_STATUS, raw_status="frozen")

        hear(bank, intent.provider_payment_id or "")

        assert intent_of(intent.id).status is IntentStatus.PENDING
        assert count_of(Payment) == 0
        assert task_reasons() == ["new_status"]

    def test_an_unknown_kind_is_kept_once(self, bank: FakeCollector, cast: Cast) -> None:
        event = BankEvent("deal.closed:1", "deal.closed", "1")
        for _ in range(2):
            events.keep_unknown(Transactions(), event, Claim("yookassa", "{}"), now=utc_now())

        assert count_of(InboxEvent, InboxEvent.outcome == "unknown_kind") == 1
        assert task_reasons() == []

    def test_a_refund_made_at_the_bank_comes_to_a_person_once(self, bank: FakeCollector, cast: Cast) -> None:
        event = BankEvent("refund.succeeded:1", "refund.succeeded", "1")
        for _ in range(2):
            events.keep_unknown(Transactions(), event, Claim("yookassa", "{}"), now=utc_now())

        assert task_reasons() == ["refund_unrecorded"]


class TestSignedMessage:
    """A message may prove what it says: then nobody is asked, even while the provider is silent."""

    def test_is_the_truth_where_the_provider_signs(self, bank: FakeCollector, cast: Cast) -> None:
        bank.capabilities = bank.capabilities._replace(needs_confirmation=False)
        intent = ask_for_link(bank, cast)
        truth = bank.pay(intent.provider_payment_id or "")
        bank.silent = True

        _tell(bank, truth)

        assert intent_of(intent.id).status is IntentStatus.PAID

    def test_is_a_hint_where_it_does_not(self, bank: FakeCollector, cast: Cast) -> None:
        intent = ask_for_link(bank, cast)
        pending = bank.payments[intent.provider_payment_id or ""]

        _tell(bank, pending._replace(state=PaymentState.SUCCEEDED))

        assert count_of(Payment) == 0


def _tell(bank: FakeCollector, truth: ProviderPayment) -> None:
    event = BankEvent("key", "payment.confirmed", truth.provider_id, truth)
    events.apply(
        Transactions(), event, Claim(bank.name, "{}"), provider=bank, on_paid=nothing_more, now=utc_now()
    )


class TestEnds:
    @pytest.mark.parametrize(
        ("reason", "status"),
        [("expired_on_confirmation", IntentStatus.EXPIRED), ("general_decline", IntentStatus.FAILED)],
    )
    def test_a_canceled_payment_frees_the_deal(
        self, bank: FakeCollector, cast: Cast, reason: str, status: IntentStatus
    ) -> None:
        intent = ask_for_link(bank, cast)
        bank.cancel(intent.provider_payment_id or "", reason)

        hear(bank, intent.provider_payment_id or "", "payment.canceled")
        hear(bank, intent.provider_payment_id or "", "payment.canceled")

        assert intent_of(intent.id).status is status
        assert intent_of(intent.id).next_poll_at is None
        assert deal_status(cast.deal_id) is DealStatus.SIGNED

    def test_a_canceled_payment_of_nobody_changes_nothing(self, bank: FakeCollector, cast: Cast) -> None:
        foreign = bank.foreign(Money(1_00))
        bank.cancel(foreign.provider_id)

        hear(bank, foreign.provider_id, "payment.canceled")

        assert count_of(Payment) == 0

    def test_late_money_wins_while_the_step_is_open(self, bank: FakeCollector, cast: Cast) -> None:
        intent = ask_for_link(bank, cast)
        provider_id = intent.provider_payment_id or ""
        bank.cancel(provider_id)
        hear(bank, provider_id, "payment.canceled")
        bank.pay(provider_id)

        hear(bank, provider_id)

        assert only_payment().late
        assert intent_of(intent.id).status is IntentStatus.PAID
        assert deal_status(cast.deal_id) is DealStatus.IN_PROGRESS
        assert_books_balance()

    def test_any_order_of_messages_gives_the_same_books(self, bank: FakeCollector) -> None:
        kinds = ["payment.succeeded", "payment.canceled", "payment.waiting_for_capture"]
        for order in permutations(kinds):
            cast = a_cast()
            intent = ask_for_link(bank, cast)
            bank.pay(intent.provider_payment_id or "")
            for kind in order:
                hear(bank, intent.provider_payment_id or "", kind)
            assert balance(accounts.deal_hold(cast.deal_id, 1)) == Money(300_000_00)
        assert_books_balance()
