"""Failure modes between a bank's message and its worker, each by its number in docs/failure-modes.md."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest

from functions.operator.dead_letters_list.handler import app as list_dead_letters
from functions.operator.dead_letters_replay.handler import app as replay_dead_letter
from functions.queues.bank_events.handler import app as bank_events
from shared.db.session import transaction
from shared.inbox.models import InboxEvent
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.payments.models import IntentStatus, Payment
from tests.adapters.tbank.bankside import SOURCE as TBANK
from tests.adapters.tbank.bankside import BankSide as TBankSide
from tests.adapters.yookassa.bankside import BankSide, wait_until
from tests.builders import people
from tests.functions.conftest import call_function
from tests.functions.line import QUEUE, Line
from tests.functions.payments.links import a_link
from tests.functions.queues.cases import held, paid, provider_id, state_of
from tests.shared.payments.steps import task_reasons
from tests.shared.payments.world import COMMISSION, a_cast, assert_books_balance, count_of


class TestMode14AnsweredBeforeDurable:
    def test_a_queue_that_is_down_makes_the_bank_repeat(
        self, bank: BankSide, line: Line, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cast = a_cast()
        (heard,) = bank.ear.wait_for(paid(bank, cast))
        with monkeypatch.context() as outage:
            outage.setenv("QUEUE_BANK_EVENTS_URL", f"{line.cloud.endpoint}/123456789012/absent")
            assert line.send(heard.body).status == 503

        assert line.send(heard.body).status == 200
        assert line.waiting() == 1
        line.work()

        assert held(cast) == COMMISSION


class TestMode15SlowHandler:
    def test_a_bank_that_hangs_delays_no_answer(self, bank: BankSide, line: Line) -> None:
        (heard,) = bank.ear.wait_for(paid(bank, a_cast()))
        asked = len(bank.see("received"))
        bank.spoil("hang_before", "any", seconds=3, times=3)
        started = time.monotonic()

        assert line.send(heard.body).status == 200

        assert time.monotonic() - started < 1
        assert len(bank.see("received")) == asked


class TestMode16WrongReply:
    def test_yookassa_is_told_200(self, bank: BankSide, line: Line) -> None:
        (heard,) = bank.ear.wait_for(paid(bank, a_cast()))

        assert line.send(heard.body).status == 200

    def test_tbank_is_told_ok_in_two_letters(self, tbank: TBankSide, line: Line) -> None:
        found = provider_id(a_link(a_cast()))
        tbank.pay(found)
        heard = tbank.ear.told(found, "CONFIRMED")

        reply = line.send(heard.body, peer=TBANK, terminal="tbank")

        assert (reply.status, reply.text.encode(), reply.media_type) == (
            200,
            b"\x4f\x4b",
            "text/plain; charset=utf-8",
        )

    def test_the_bank_takes_this_very_reply_and_no_other(self, tbank: TBankSide, line: Line) -> None:
        found = provider_id(a_link(a_cast()))
        tbank.ear.answers[found] = [(200, b'"OK"'), (200, b"OK")]
        tbank.pay(found)

        refused, taken = wait_until(lambda: _tried(tbank, found))

        assert (refused["state"], len(refused["attempts"])) == ("waiting", 1)
        assert taken["state"] == "delivered"


class TestMode17NewWords:
    def test_a_new_status_moves_nothing_and_tells_a_person(self, bank: BankSide, line: Line) -> None:
        cast = a_cast()
        found = paid(bank, cast)
        bank.spoil("unknown_status", "payments.get")
        line.claim("payment.succeeded", found)

        assert line.work() == 0

        assert (count_of(Payment), state_of(cast)) == (0, IntentStatus.PENDING)
        assert task_reasons() == ["new_status"]
        line.claim("payment.succeeded", found)
        line.work()
        assert held(cast) == COMMISSION

    def test_a_new_field_is_no_reason_to_stop(self, bank: BankSide, line: Line) -> None:
        cast = a_cast()
        bank.spoil("extra_field", "payments.get")
        line.claim("payment.succeeded", paid(bank, cast), invented={"a": [1]})

        assert line.work() == 0
        assert held(cast) == COMMISSION

    def test_a_new_event_is_kept_once(self, bank: BankSide, line: Line) -> None:
        for _ in range(2):
            assert line.claim("invoice.paid", "in-1").status == 200
            assert line.work() == 0

        assert count_of(InboxEvent, InboxEvent.outcome == "unknown_kind") == 1
        assert count_of(Payment) == 0


class TestMode18PoisonMessage:
    @pytest.fixture
    def dying(self, line: Line) -> Iterator[Line]:
        """As the template has it: after so many receives a message is dead."""
        sqs, queues = line.cloud.sqs, line.cloud.queues
        arn = sqs.get_queue_attributes(QueueUrl=queues[f"{QUEUE}-dead"], AttributeNames=["QueueArn"])
        policy = {
            "deadLetterTargetArn": arn["Attributes"]["QueueArn"],
            "maxReceiveCount": bank_events.operation.max_receives,
        }
        sqs.set_queue_attributes(QueueUrl=queues[QUEUE], Attributes={"RedrivePolicy": json.dumps(policy)})
        yield line
        sqs.set_queue_attributes(QueueUrl=queues[QUEUE], Attributes={"RedrivePolicy": ""})

    def test_dies_after_bounded_tries_and_is_replayed_when_the_cause_is_gone(
        self, bank: BankSide, dying: Line
    ) -> None:
        cast = a_cast()
        bank.spoil("error_before", "payments.get", times=8)
        dying.claim("payment.succeeded", paid(bank, cast), payer="Анна Соколова")

        assert dying.work() == bank_events.operation.max_receives
        assert dying.waiting() == 0
        operator = _operator()
        (letter,) = call_function(list_dead_letters, as_=operator, query={"queue": "bank_events"}).json[
            "items"
        ]
        assert (letter["kind"], letter["reason"], letter["receive_count"]) == (
            "payment.succeeded",
            "OutcomeUnknown",
            8,
        )

        again = call_function(replay_dead_letter, as_=operator, queue="bank_events", letter_id=letter["id"])
        assert again.status == 200
        assert dying.work() == 0

        assert held(cast) == COMMISSION
        assert_books_balance()

    def test_does_not_stop_the_messages_beside_it(self, bank: BankSide, dying: Line) -> None:
        cast = a_cast()
        dying.cloud.sqs.send_message(QueueUrl=dying.cloud.queues[QUEUE], MessageBody="{")
        dying.claim("payment.succeeded", paid(bank, cast))

        dying.work()

        assert held(cast) == COMMISSION
        assert dying.cloud.take(f"{QUEUE}-dead") == ["{"]


def _tried(tbank: TBankSide, found: str) -> list[Any] | None:
    """The deliveries about a payment, oldest first, once each was tried."""
    told = list(reversed(tbank.deliveries(found)))
    return told if len(told) == 2 and all(one["attempts"] for one in told) else None


def _operator() -> Any:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.a_client(session, now), Role.OPERATOR, now)
