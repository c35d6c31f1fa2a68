"""A payment at the stand-in that is refunded, as the functions' tests need it."""

import json
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from functions.payments.intents_create.handler import app as create_intent
from functions.queues.bank_events.handler import app as bank_events
from shared.adapters.sbp.refund_factory import refund_provider
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.kernel.roles import Role
from shared.payments.models import PaymentIntent
from shared.receipts import refunded
from shared.refunds.models import Refund
from shared.refunds.sending import RefundSender
from tests.adapters.tbank.bankside import BankSide as TBankSide
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.conftest import call_function, queue_event
from tests.shared.payments.world import Cast, a_cast, sign_in
from tests.shared.refunds.asking import WHOLE, ask


def a_message(event: str, object_id: str) -> dict[str, Any]:
    body = {"type": "notification", "event": event, "object": {"id": object_id}}
    return queue_event(json.dumps({"provider": "yookassa", "body": json.dumps(body)}))


def handled(event: dict[str, Any]) -> bool:
    return bank_events(event, None) == {"batchItemFailures": []}


def paid_at(bank: BankSide, cast: Cast) -> str:
    """The provider's id of a payment for the first step."""
    body = {"deal_id": str(cast.deal_id), "step_no": 1}
    reply = call_function(create_intent, as_=sign_in(cast.agent_id, Role.AGENT), body=body)
    assert reply.status == 201
    with Transactions()() as session:
        intent = session.scalars(select(PaymentIntent).where(PaymentIntent.deal_id == cast.deal_id)).one()
    provider_id = intent.provider_payment_id or ""
    bank.ask(f"payments/{provider_id}/pay")
    assert handled(a_message("payment.succeeded", provider_id))
    return provider_id


def an_accepted_refund(bank: BankSide, amount: Money = WHOLE) -> tuple[Cast, Refund]:
    cast = a_cast(hold_days=3)
    paid_at(bank, cast)
    return cast, ask(cast, amount)


def run(later: timedelta) -> dict[str, int]:
    """The schedule's job with a later clock: what a run has taken is its for two minutes."""
    return RefundSender(Transactions(), refund_provider, refunded.of_refund, utc_now() + later).send_due()


def made_for(bank: BankSide, refund: Refund) -> list[dict[str, Any]]:
    return [one for one in bank.see("refunds") if one.get("metadata", {}).get("refund_id") == str(refund.id)]


def an_accepted_refund_at_tbank(tbank: TBankSide, amount: Money) -> Refund:
    cast = a_cast(hold_days=3)
    body = {"deal_id": str(cast.deal_id), "step_no": 1}
    assert call_function(create_intent, as_=sign_in(cast.agent_id, Role.AGENT), body=body).status == 201
    with Transactions()() as session:
        intent = session.scalars(select(PaymentIntent).where(PaymentIntent.deal_id == cast.deal_id)).one()
    payment_id = intent.provider_payment_id or ""
    tbank.pay(payment_id)
    confirmed = tbank.ear.told(payment_id, "CONFIRMED")
    assert handled(queue_event(json.dumps({"provider": "tbank", "body": confirmed.body.decode()})))
    return ask(cast, amount)


def made_at_tbank(tbank: TBankSide, refund: Refund) -> list[int]:
    """Sums that the bank was made to pay back for it."""
    return [one["amount"] for one in tbank.see("refunds") if one["external_id"] == str(refund.id)]


def aged(refund: Refund, by: timedelta) -> None:
    """All that happened to the refund happened so much earlier."""
    with Transactions()() as session:
        found = session.get_one(Refund, refund.id)
        for name in ("sent_at", "unknown_since", "unmade_since", "next_at"):
            moment = getattr(found, name)
            setattr(found, name, None if moment is None else moment - by)
