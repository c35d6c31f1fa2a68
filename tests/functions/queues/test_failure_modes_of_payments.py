"""Failure modes of links, payments and refunds, each by its number in docs/failure-modes.md."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import pytest
import requests
from sqlalchemy import select, update

from functions.schedules.intents_poll.handler import app as poll
from functions.schedules.refunds_send.handler import app as send_refunds
from shared.db.session import Transactions, transaction
from shared.deals.models import StepStatus
from shared.kernel.clock import utc_now
from shared.kernel.money import Money, total
from shared.ledger import accounts
from shared.ledger.posting import Cause, Kind, Movement, post
from shared.payments import remains
from shared.payments.models import IntentStatus, Payment, PaymentIntent, PaymentStatus, Split
from shared.reconciliation.models import Difference, DifferenceKind, DifferenceState
from shared.refunds.models import Refund, RefundStatus
from tests.adapters.tbank.bankside import BankSide as TBankSide
from tests.adapters.yookassa.bankside import KEYS, BankSide
from tests.functions.line import Line
from tests.functions.payments.links import a_link, due_now, made_for
from tests.functions.refunding import paid_at
from tests.functions.schedules.test_ledger_reconcile import lose_the_news, ours
from tests.functions.schedules.test_ledger_reconcile import run as reconcile
from tests.shared.payments.steps import balance, task_reasons
from tests.shared.payments.world import COMMISSION, Cast, a_cast, assert_books_balance, count_of, step_of
from tests.shared.refunds.asking import ask


def intents(cast: Cast) -> list[PaymentIntent]:
    with transaction() as session:
        return list(
            session.scalars(
                select(PaymentIntent)
                .where(PaymentIntent.deal_id == cast.deal_id)
                .order_by(PaymentIntent.created_at)
            )
        )


def held(cast: Cast) -> Money:
    return balance(accounts.deal_hold(cast.deal_id, 1))


def expired(bank: BankSide, line: Line, cast: Cast) -> str:
    """A link that both sides hold to be over."""
    a_link(cast)
    found = intents(cast)[-1].provider_payment_id or ""
    bank.ask(f"payments/{found}/expire")
    line.claim("payment.canceled", found)
    line.work()
    assert intents(cast)[-1].status is IntentStatus.EXPIRED
    return found


class TestMode07LateSuccessAfterLocalExpiry:
    def test_is_money_and_marked_late(self, bank: BankSide, line: Line) -> None:
        cast = a_cast()
        found = expired(bank, line, cast)

        bank.ask(f"payments/{found}/pay", late=True)
        line.claim("payment.succeeded", found)
        line.work()

        with transaction() as session:
            payment = session.scalars(select(Payment)).one()
        assert (payment.late, payment.status) == (True, PaymentStatus.RECEIVED)
        assert step_of(cast.deal_id).status is StepStatus.PAID
        assert held(cast) == COMMISSION
        assert_books_balance()


class TestMode08TwoLinksOfOneStepBothPaid:
    @pytest.mark.parametrize("first", ["old", "new"])
    def test_the_second_money_waits_apart_with_a_task(self, bank: BankSide, line: Line, first: str) -> None:
        cast = a_cast()
        old = expired(bank, line, cast)
        a_link(cast)
        new = intents(cast)[-1].provider_payment_id or ""
        assert old != new

        for found in (old, new) if first == "old" else (new, old):
            bank.ask(f"payments/{found}/pay", late=found == old)
            line.claim("payment.succeeded", found)
            line.work()

        assert count_of(Payment, Payment.status == PaymentStatus.RECEIVED) == 1
        assert count_of(Payment, Payment.status == PaymentStatus.SUSPENSE) == 1
        assert held(cast) == COMMISSION
        assert task_reasons() == ["second_payment"]
        assert_books_balance()


class TestMode09SeveralPartialRefunds:
    def test_that_make_up_the_whole_leave_nothing_of_any_part(self, bank: BankSide) -> None:
        cast = a_cast(hold_days=3)
        paid_at(bank, cast)
        thirds = [Money(99_999_99), Money(100_000_01), Money(100_000_00)]
        assert total(thirds) == COMMISSION

        for part in thirds:
            ask(cast, part)
            send_refunds({}, None)

        assert count_of(Refund, Refund.status == RefundStatus.SUCCEEDED) == 3
        with transaction() as session:
            splits = session.scalars(select(Split).where(Split.deal_id == cast.deal_id)).all()
        assert {remains.refundable(each) for each in splits} == {Money.zero()}
        assert held(cast) == Money.zero()
        assert_books_balance()


class TestMode10UnknownIntent:
    def test_a_message_before_our_second_transaction_finds_its_link(self, bank: BankSide, line: Line) -> None:
        cast = a_cast()
        bank.spoil("drop_after", "payments.create")
        link = a_link(cast)
        assert intents(cast)[0].provider_payment_id is None
        found = made_for(bank, link["id"])[0]["id"]
        bank.ask(f"payments/{found}/pay")

        line.claim("payment.succeeded", found)
        assert line.work() == 0

        assert held(cast) == COMMISSION
        assert intents(cast)[0].status is IntentStatus.PAID
        assert_books_balance()

    def test_money_of_another_system_on_our_terminal_waits_apart(self, bank: BankSide, line: Line) -> None:
        found = _made_by_another_system(bank)
        bank.ask(f"payments/{found}/pay")

        assert line.claim("payment.succeeded", found).status == 200
        assert line.work() == 0

        assert count_of(Payment, Payment.status == PaymentStatus.SUSPENSE) == 1
        assert task_reasons() == ["unknown_intent"]
        assert_books_balance()


class TestMode11LostAnswerOfACreate:
    @pytest.mark.parametrize(
        "fault", ["error_before", "error_after", "hang_after", "drop_after", "bad_gateway"]
    )
    def test_yookassa_is_asked_again_with_the_same_key(self, bank: BankSide, fault: str) -> None:
        cast = a_cast()
        bank.spoil(fault, "payments.create", seconds=3)
        link = a_link(cast)
        (before,) = intents(cast)
        assert (before.status, before.unknown_since is not None) == (IntentStatus.CREATED, True)
        due_now()

        poll({}, None)

        assert len(made_for(bank, link["id"])) == 1
        (after,) = intents(cast)
        assert (after.status, after.provider_key) == (IntentStatus.PENDING, before.provider_key)

    @pytest.mark.parametrize("fault", ["error_after", "drop_after"])
    def test_tbank_is_looked_at_before_another_is_made(self, tbank: TBankSide, fault: str) -> None:
        cast = a_cast()
        tbank.spoil(fault, "Init")
        link = a_link(cast)
        due_now()

        poll({}, None)

        assert len(tbank.made_for(link["id"])) == 1
        assert intents(cast)[0].status is IntentStatus.PENDING


class TestMode12KeyPastItsLife:
    def test_is_not_used_again_but_looked_for(self, bank: BankSide) -> None:
        cast = a_cast()
        bank.spoil("drop_after", "payments.create")
        link = a_link(cast)
        assert len(made_for(bank, link["id"])) == 1
        bank.ask("clock", shift_seconds=25 * 3600)

        counts = _poll_later(timedelta(hours=25))

        assert len(made_for(bank, link["id"])) == 1
        assert "create_pending" not in counts
        assert intents(cast)[0].provider_payment_id == made_for(bank, link["id"])[0]["id"]

    def test_of_a_link_that_was_never_made_is_over(self, bank: BankSide) -> None:
        cast = a_cast()
        bank.spoil("error_before", "payments.create")
        link = a_link(cast)
        bank.ask("clock", shift_seconds=25 * 3600)

        _poll_later(timedelta(hours=25))

        assert made_for(bank, link["id"]) == []
        assert intents(cast)[0].status is IntentStatus.FAILED


class TestMode13LostMessage:
    def test_the_poller_finds_the_money(self, bank: BankSide) -> None:
        cast = a_cast()
        bank.ask("webhooks", enabled=False)
        link = a_link(cast)
        bank.ask(f"payments/{made_for(bank, link['id'])[0]['id']}/pay")
        due_now()

        assert poll({}, None) == {"recorded": 1}
        assert held(cast) == COMMISSION

    def test_the_daily_comparison_finds_what_the_poller_gave_up(self, bank: BankSide) -> None:
        payment_id = lose_the_news(bank)

        reconcile()

        assert ours(payment_id).status is PaymentStatus.RECEIVED
        assert_books_balance()


class TestMode23BankAndLedgerDisagree:
    def test_the_difference_is_named_to_the_kopeck(self, bank: BankSide) -> None:
        payment_id = lose_the_news(bank)
        reconcile()
        payment = ours(payment_id)
        with transaction() as session:
            post(
                session,
                kind=Kind.PAYMENT_RECEIVED,
                key="a kopeck that nobody paid",
                movements=[
                    Movement(accounts.provider_clearing("yookassa"), accounts.suspense(payment.id), Money(1))
                ],
                occurred_at=payment.occurred_at,
                cause=Cause(payment_id=payment.id),
            )

        reconcile(days=2)

        with transaction() as session:
            found = session.scalars(select(Difference).where(Difference.subject == payment_id)).one()
        assert (found.kind, found.state) == (DifferenceKind.PAYMENT_AMOUNT, DifferenceState.OPEN)
        assert (found.expected_kopecks, found.actual_kopecks) == (COMMISSION, COMMISSION + Money(1))
        assert_books_balance()


def _poll_later(after: timedelta) -> Mapping[str, int]:
    with transaction() as session:
        session.execute(update(PaymentIntent).values(next_poll_at=utc_now()))
    return poll.operation.job(Transactions(), utc_now() + after)


def _made_by_another_system(bank: BankSide) -> str:
    """Somebody else uses our shop: no metadata of ours."""
    answer = requests.post(
        f"{bank.url}/v3/payments",
        json={
            "amount": {"value": "77.00", "currency": "RUB"},
            "capture": True,
            "payment_method_data": {"type": "sbp"},
            "confirmation": {"type": "redirect", "return_url": "https://example.test"},
        },
        auth=(KEYS["YOOKASSA_SHOP_ID"], KEYS["YOOKASSA_SECRET_KEY"]),
        headers={"Idempotence-Key": str(uuid4())},
        timeout=10,
    )
    answer.raise_for_status()
    return str(answer.json()["id"])
