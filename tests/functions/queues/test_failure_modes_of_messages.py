"""Failure modes of a bank's messages, each by its number in docs/failure-modes.md: over HTTP, a queue and PostgreSQL."""

import json
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from functions.queues.bank_events.handler import app as bank_events
from functions.schedules.refunds_send.handler import app as send_refunds
from shared.adapters.sbp.factory import payment_provider
from shared.db.session import transaction
from shared.inbox.models import InboxEvent
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments import events
from shared.payments.models import IntentStatus, Payment, PaymentStatus
from shared.payments.recording import Claim
from shared.ports.payments import BankEvent
from shared.receipts import income
from shared.receipts.models import Receipt
from shared.refunds.models import Refund, RefundStatus
from tests.adapters.tbank.bankside import SOURCE as TBANK
from tests.adapters.tbank.bankside import BankSide as TBankSide
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.line import Line
from tests.functions.payments.links import a_link
from tests.functions.queues.cases import held, paid, provider_id, state_of
from tests.functions.refunding import an_accepted_refund
from tests.shared.payments.own_connections import OwnConnections, at_once
from tests.shared.payments.steps import task_reasons
from tests.shared.payments.world import COMMISSION, Cast, a_cast, assert_books_balance, count_of

FOREIGN = "127.0.0.99"


class TestMode01DuplicateInSequence:
    def test_is_accepted_and_changes_nothing(self, bank: BankSide, line: Line) -> None:
        cast = a_cast(agency=False)
        (heard,) = bank.ear.wait_for(paid(bank, cast))

        for _ in range(2):
            assert line.send(heard.body).status == 200
            assert line.work() == 0

        assert (count_of(Payment), count_of(Receipt), count_of(InboxEvent)) == (1, 1, 1)
        assert held(cast) == COMMISSION
        assert_books_balance()


class TestMode02DuplicatesAtOnce:
    def test_are_booked_once(self, bank: BankSide) -> None:
        cast = a_cast(agency=False)
        found = paid(bank, cast)
        event = BankEvent(f"payment.succeeded:{found}", "payment.succeeded", found)

        at_once(
            lambda: events.apply(
                OwnConnections(),
                event,
                Claim("yookassa", "{}"),
                provider=payment_provider("yookassa"),
                on_paid=income.of_payment,
                now=utc_now(),
            ),
            times=20,
        )

        assert (count_of(Payment), count_of(Receipt), count_of(InboxEvent)) == (1, 1, 1)
        assert held(cast) == COMMISSION
        assert_books_balance()


class TestMode03OutOfOrder:
    @pytest.mark.parametrize("order", list(permutations(("AUTHORIZED", "CONFIRMED"))))
    def test_a_reservation_and_a_payment_in_any_order(
        self, tbank: TBankSide, line: Line, order: tuple[str, ...]
    ) -> None:
        cast = a_cast()
        found = provider_id(a_link(cast))
        tbank.pay(found)

        for status in order:
            told = tbank.ear.told(found, status)
            assert line.send(told.body, peer=TBANK, terminal="tbank").text == "OK"
            line.work()

        assert (count_of(Payment), state_of(cast)) == (1, IntentStatus.PAID)
        assert held(cast) == COMMISSION
        assert_books_balance()

    @pytest.mark.parametrize("order", list(permutations(("payment.succeeded", "refund.succeeded"))))
    def test_a_refund_before_its_payment_loses_neither(
        self, bank: BankSide, line: Line, order: tuple[str, ...]
    ) -> None:
        cast = a_cast()
        found = paid(bank, cast)
        refund = bank.ask("refunds/cabinet", payment_id=found, amount="1.00")
        objects = {"payment.succeeded": found, "refund.succeeded": refund["id"]}

        for event in order:
            line.claim(event, objects[event])
            assert line.work() == 0

        assert held(cast) == COMMISSION
        assert set(task_reasons()) == {"refund_unrecorded"}
        assert_books_balance()

    def test_a_cancel_after_the_money_takes_nothing_back(self, bank: BankSide, line: Line) -> None:
        cast = a_cast()
        found = paid(bank, cast)

        for event in ("payment.succeeded", "payment.canceled", "payment.waiting_for_capture"):
            line.claim(event, found)
            assert line.work() == 0

        assert (held(cast), state_of(cast)) == (COMMISSION, IntentStatus.PAID)


class TestMode04ForgedMessage:
    def test_of_a_foreign_sender_is_refused_whatever_its_headers_say(
        self, bank: BankSide, line: Line
    ) -> None:
        (heard,) = bank.ear.wait_for(paid(bank, a_cast()))
        lies = dict.fromkeys(("X-Forwarded-For", "X-Real-Ip", "Forwarded"), "127.0.0.77")

        assert line.send(heard.body, peer=FOREIGN, headers=lies).status == 403
        assert line.waiting() == 0

    def test_of_a_listed_sender_books_only_what_the_bank_confirms(self, bank: BankSide, line: Line) -> None:
        cast = a_cast()
        found = provider_id(a_link(cast))

        assert line.claim("payment.succeeded", found, status="succeeded", paid=True).status == 200
        assert line.work() == 0

        assert (count_of(Payment), count_of(InboxEvent)) == (0, 0)
        assert state_of(cast) is IntentStatus.PENDING

    @pytest.mark.parametrize(
        ("genuine", "forged"),
        [
            (b"CONFIRMED", b"CONFIRMEE"),
            (b'"Success":true', b'"Success":false'),
            (b'"Token":"', b'"Token":"0'),
            (b'"Token"', b'"Tokem"'),
        ],
    )
    def test_with_one_thing_changed_is_not_signed(
        self, tbank: TBankSide, line: Line, genuine: bytes, forged: bytes
    ) -> None:
        found = provider_id(a_link(a_cast()))
        tbank.pay(found)
        body = json.dumps(tbank.ear.told(found, "CONFIRMED").json, separators=(",", ":")).encode()
        assert genuine in body

        assert line.send(body.replace(genuine, forged), peer=TBANK, terminal="tbank").status == 403
        assert line.waiting() == 0
        assert line.send(body, peer=TBANK, terminal="tbank").status == 200


class TestMode05Replay:
    def test_of_an_old_success_after_the_refund_changes_nothing(self, bank: BankSide, line: Line) -> None:
        cast, refund = an_accepted_refund(bank)
        send_refunds({}, None)
        (heard,) = bank.ear.wait_for(str(_payment(cast).provider_payment_id))[:1]

        assert line.send(heard.body).status == 200
        assert line.work() == 0

        assert count_of(Payment) == 1
        assert held(cast) == Money.zero()
        assert count_of(Refund, Refund.status == RefundStatus.SUCCEEDED, Refund.id == refund.id) == 1
        assert_books_balance()

    def test_months_later_is_still_known(self, bank: BankSide, line: Line) -> None:
        cast = a_cast()
        (heard,) = bank.ear.wait_for(paid(bank, cast))
        line.send(heard.body)
        line.work()
        (taken,) = _inbox()

        bank_events.operation.consumer(
            json.dumps({"provider": "yookassa", "body": heard.body.decode()}),
            OwnConnections(),
            utc_now().replace(year=utc_now().year + 1),
        )

        assert _inbox() == [taken]
        assert held(cast) == COMMISSION


class TestMode06Mismatch:
    @pytest.mark.parametrize("amount", ["299999.99", "300000.01"])
    def test_of_one_kopeck_is_suspense_and_a_task(self, bank: BankSide, line: Line, amount: str) -> None:
        cast = a_cast()
        line.claim("payment.succeeded", paid(bank, cast, amount=amount))

        assert line.work() == 0

        assert count_of(Payment, Payment.status == PaymentStatus.SUSPENSE) == 1
        assert (held(cast), task_reasons()) == (Money.zero(), ["amount_mismatch"])
        assert_books_balance()

    def test_of_the_terminal_is_a_forgery(self, tbank: TBankSide, line: Line) -> None:
        found = provider_id(a_link(a_cast()))
        tbank.pay(found)
        body = tbank.ear.told(found, "CONFIRMED").body

        assert line.send(body, peer=TBANK, terminal="nobodys").status == 404
        assert (
            line.send(body.replace(b"HouslerDEMO", b"OtherDEMO"), peer=TBANK, terminal="tbank").status == 403
        )


def _payment(cast: Cast) -> Payment:
    with transaction() as session:
        return session.scalars(select(Payment).where(Payment.deal_id == cast.deal_id)).one()


def _inbox() -> list[Any]:
    with transaction() as session:
        return list(session.scalars(select(InboxEvent.id)))
