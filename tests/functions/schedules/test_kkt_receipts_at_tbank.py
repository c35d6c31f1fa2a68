"""Offset receipts at T-Bank, which knows no keys and gives no ids: each is made once, and its message registers it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from functions.payments.intents_create.handler import app as create_intent
from functions.queues.bank_events.handler import app as bank_events
from functions.schedules.kkt_receipts.handler import app
from functions.webhooks.sbp.handler import app as webhook
from shared.adapters.fiscal.factory import fiscal_register
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payments.models import PaymentIntent
from shared.receipts.kkt_models import KktKind
from shared.receipts.kkt_registering import Registrar
from shared.receipts.models import ReceiptStatus
from tests.adapters.tbank.bankside import BankSide, Heard
from tests.builders.cloud import Cloud
from tests.builders.crashing import dies_at, labels_of
from tests.functions.conftest import call_function, queue_event
from tests.functions.refunding import run as run_refunds
from tests.shared.payments.world import Cast, a_cast, sign_in
from tests.shared.receipts.cash_register import receipts_of, release_some, statuses
from tests.shared.refunds.asking import WHOLE, ask, open_tasks

PART = Money(100_000_00)
SENDING, REGISTERED, FAILED = ReceiptStatus.SENDING, ReceiptStatus.REGISTERED, ReceiptStatus.FAILED
PREPAYMENT, OFFSET, RETURN = KktKind.PREPAYMENT, KktKind.OFFSET, KktKind.RETURN
MISSING = "kkt_receipt_missing"


@pytest.fixture(autouse=True)
def messages_about_receipts(tbank: BankSide) -> None:
    tbank.ask("switches", receipts="told")


def run(later: timedelta = timedelta(minutes=5)) -> dict[str, int]:
    return Registrar(Transactions(), fiscal_register, utc_now() + later).run()


def paid(tbank: BankSide) -> tuple[Cast, str]:
    """A client has paid an agency; all that the bank told of it is taken."""
    cast = a_cast(hold_days=3)
    body = {"deal_id": str(cast.deal_id), "step_no": 1}
    assert call_function(create_intent, as_=sign_in(cast.agent_id, Role.AGENT), body=body).status == 201
    with Transactions()() as session:
        intent = session.scalars(select(PaymentIntent).where(PaymentIntent.deal_id == cast.deal_id)).one()
    payment_id = intent.provider_payment_id or ""
    tbank.pay(payment_id)
    told = {message.json["Status"]: message for message in tbank.ear.wait_for(payment_id, 3)}
    assert all(handled(told[status]) for status in ("CONFIRMED", "RECEIPT"))
    return cast, payment_id


def event_of(message: Heard) -> dict[str, Any]:
    return queue_event(json.dumps({"provider": "tbank", "body": message.body.decode()}))


def handled(message: Heard) -> bool:
    return bank_events(event_of(message), None) == {"batchItemFailures": []}


def heard(tbank: BankSide, payment_id: str, messages: int) -> Heard:
    """The last of so many."""
    return tbank.ear.wait_for(payment_id, messages)[messages - 1]


def made(tbank: BankSide, payment_id: str) -> list[tuple[str, int]]:
    """Origin and sum of what the register made, oldest first."""
    return [
        (one["origin"], one["amount"])
        for one in reversed(tbank.see("receipts"))
        if str(one["payment_id"]) == payment_id
    ]


class TestOffset:
    def test_is_made_after_the_release_and_registered_with_its_numbers(self, tbank: BankSide) -> None:
        cast, payment_id = paid(tbank)
        release_some(cast, WHOLE)

        assert app({}, None) == {"offset": 1, "sending": 1}
        assert handled(heard(tbank, payment_id, 4))

        assert statuses(cast.deal_id) == [(PREPAYMENT, REGISTERED, WHOLE), (OFFSET, REGISTERED, WHOLE)]
        (_, (receipt, kkt)) = receipts_of(cast.deal_id)
        assert kkt.storage_number == "9289000100115785"
        assert kkt.document_number is not None
        assert receipt.registered_at is not None
        assert made(tbank, payment_id) == [("payment", WHOLE.kopecks), ("closing", WHOLE.kopecks)]
        assert run(timedelta(days=30)) == {}

    def test_of_each_part_released_is_its_own(self, tbank: BankSide) -> None:
        cast, payment_id = paid(tbank)
        release_some(cast, PART)
        assert run() == {"offset": 1, "sending": 1}
        release_some(cast, WHOLE - PART)
        assert run(timedelta(minutes=9)) == {"offset": 1, "sending": 2}

        # In any order: each is known by its sum.
        told = tbank.ear.wait_for(payment_id, 5)
        assert handled(told[4])
        assert handled(told[3])

        assert statuses(cast.deal_id)[1:] == [
            (OFFSET, REGISTERED, PART),
            (OFFSET, REGISTERED, WHOLE - PART),
        ]
        assert made(tbank, payment_id)[1:] == [
            ("closing", PART.kopecks),
            ("closing", (WHOLE - PART).kopecks),
        ]

    def test_of_a_part_that_the_bank_refuses_is_a_task(self, tbank: BankSide) -> None:
        tbank.ask("switches", closings="whole")
        cast, payment_id = paid(tbank)
        release_some(cast, PART)

        assert run() == {"offset": 1, "failed": 1}

        assert open_tasks(MISSING) == ["334"]
        assert len(made(tbank, payment_id)) == 1

    def test_after_a_part_was_paid_back_is_a_task(self, tbank: BankSide) -> None:
        cast, _ = paid(tbank)
        ask(cast, PART)
        run_refunds(timedelta(minutes=5))
        release_some(cast, WHOLE - PART)

        assert run() == {"offset": 1, "failed": 1}

        assert open_tasks(MISSING) == ["4"]

    def test_that_the_register_refused_is_a_task(self, tbank: BankSide) -> None:
        cast, payment_id = paid(tbank)
        tbank.ask("switches", receipts="refused")
        release_some(cast, WHOLE)
        run()

        assert handled(heard(tbank, payment_id, 4))

        assert statuses(cast.deal_id)[1] == (OFFSET, FAILED, WHOLE)
        assert open_tasks(MISSING) == ["register_refused"]


class TestAnUnknownOutcome:
    @pytest.mark.parametrize("fault", ["drop_after", "error_after", "bad_gateway"])
    def test_of_what_was_made_is_settled_by_the_message(self, tbank: BankSide, fault: str) -> None:
        cast, payment_id = paid(tbank)
        tbank.spoil(fault, "SendClosingReceipt")
        release_some(cast, WHOLE)

        assert run() == {"offset": 1, "unknown": 1}
        assert open_tasks(MISSING) == ["outcome_unknown"]
        assert handled(heard(tbank, payment_id, 4))

        assert statuses(cast.deal_id)[1] == (OFFSET, REGISTERED, WHOLE)
        assert open_tasks(MISSING) == []
        assert len(made(tbank, payment_id)) == 2

    @pytest.mark.parametrize("fault", ["error_before", "drop_before", "drop_after"])
    def test_is_never_repeated_by_itself(self, tbank: BankSide, fault: str) -> None:
        cast, payment_id = paid(tbank)
        tbank.ask("switches", receipts="silent")
        tbank.spoil(fault, "SendClosingReceipt")
        release_some(cast, WHOLE)
        assert run() == {"offset": 1, "unknown": 1}
        before = len(made(tbank, payment_id))

        assert [run(timedelta(hours=hours)) for hours in (1, 25, 800)] == [{}] * 3

        assert len(made(tbank, payment_id)) == before
        assert statuses(cast.deal_id)[1] == (OFFSET, SENDING, WHOLE)
        assert open_tasks(MISSING) == ["outcome_unknown"]


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("kkt_receipts"))
    def test_a_run_that_dies_makes_one_receipt_at_most(self, tbank: BankSide, label: str) -> None:
        cast, payment_id = paid(tbank)
        release_some(cast, WHOLE)

        assert dies_at(label, "schedules.kkt_receipts", {})
        assert run(timedelta(minutes=20)) == {"unknown": 1}

        was_called = label == "kkt_receipts.called"
        assert len(made(tbank, payment_id)) == (2 if was_called else 1)
        if was_called:
            assert handled(heard(tbank, payment_id, 4))
            assert statuses(cast.deal_id)[1] == (OFFSET, REGISTERED, WHOLE)

    @pytest.mark.parametrize("label", ["bank_events.receipt_recorded"])
    def test_a_worker_that_dies_registers_it_once(self, tbank: BankSide, label: str) -> None:
        cast, payment_id = paid(tbank)
        release_some(cast, WHOLE)
        run()
        message = heard(tbank, payment_id, 4)

        assert dies_at(label, "queues.bank_events", event_of(message))
        assert statuses(cast.deal_id)[1] == (OFFSET, SENDING, WHOLE)
        assert handled(message)

        assert statuses(cast.deal_id)[1] == (OFFSET, REGISTERED, WHOLE)


class TestReturn:
    def test_of_a_part_and_of_the_rest_are_registered_by_their_messages(self, tbank: BankSide) -> None:
        cast, payment_id = paid(tbank)
        for _ in range(3):
            ask(cast, PART)
            run_refunds(timedelta(minutes=5))

        told = tbank.ear.wait_for(payment_id, 9)
        assert all(handled(message) for message in told if message.json["Status"] == "RECEIPT")

        assert statuses(cast.deal_id)[1:] == [(RETURN, REGISTERED, PART)] * 3
        assert made(tbank, payment_id)[1:] == [("refund", PART.kopecks)] * 3
        assert open_tasks("kkt_document_unmatched") == []

    def test_of_the_whole_is_registered_too(self, tbank: BankSide) -> None:
        cast, payment_id = paid(tbank)
        ask(cast, WHOLE)
        run_refunds(timedelta(minutes=5))

        assert handled(tbank.ear.told(payment_id, "RECEIPT", times=2))

        assert statuses(cast.deal_id)[1] == (RETURN, REGISTERED, WHOLE)


class TestMessages:
    def test_before_the_payments_own_is_found_later(self, tbank: BankSide) -> None:
        cast = a_cast()
        body = {"deal_id": str(cast.deal_id), "step_no": 1}
        call_function(create_intent, as_=sign_in(cast.agent_id, Role.AGENT), body=body)
        with Transactions()() as session:
            intent = session.scalars(select(PaymentIntent).where(PaymentIntent.deal_id == cast.deal_id)).one()
        payment_id = intent.provider_payment_id or ""
        tbank.pay(payment_id)
        told = {message.json["Status"]: message for message in tbank.ear.wait_for(payment_id, 3)}

        assert handled(told["RECEIPT"])
        assert handled(told["CONFIRMED"])
        assert run() == {"registered": 1}

        assert open_tasks("kkt_document_unmatched") == []

    def test_of_a_register_that_is_not_connected_changes_nothing(self, tbank: BankSide) -> None:
        cast, payment_id = paid(tbank)
        tbank.ask("switches", receipts="unconnected")
        release_some(cast, WHOLE)
        run()

        assert handled(heard(tbank, payment_id, 4))

        assert statuses(cast.deal_id)[1] == (OFFSET, SENDING, WHOLE)
        assert open_tasks("unknown_payment_status") == []

    def test_is_taken_by_the_webhook_function(self, tbank: BankSide, cloud: Cloud) -> None:
        _, payment_id = paid(tbank)
        message = next(one for one in tbank.ear.about(payment_id) if one.json["Status"] == "RECEIPT")

        reply = call_function(webhook, raw=message.body, peer=message.peer, key=None, terminal="tbank")

        assert (reply.status, reply.text) == (200, "OK")
        assert len(cloud.take("bank-events")) == 1

    def test_changed_in_the_queue_is_not_believed(self, tbank: BankSide) -> None:
        cast, payment_id = paid(tbank)
        release_some(cast, WHOLE)
        run()
        message = heard(tbank, payment_id, 4)
        told = message.json | {"FiscalDocumentNumber": 999_999}

        assert not handled(Heard(json.dumps(told).encode(), message.peer, message.path))

        assert statuses(cast.deal_id)[1] == (OFFSET, SENDING, WHOLE)
