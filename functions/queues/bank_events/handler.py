"""Verified messages of banks become payments, payouts and refunds; what no signature proves is asked for first."""

from datetime import datetime

from functions.queues.bank_events.schemas import BankMessage
from shared.adapters.payouts.factory import payout_provider
from shared.adapters.sbp.factory import payment_provider
from shared.adapters.sbp.refund_factory import refund_provider
from shared.db.session import Transactions
from shared.events.queue import QueueFunction
from shared.observability import checkpoints
from shared.payments import events as payment_events
from shared.payments.recording import Claim
from shared.payouts import events as payout_events
from shared.receipts import income, kkt_matching, refunded
from shared.refunds import events as refund_events

app = QueueFunction(__name__)


@app.consume("bank_events", batch_size=3, max_receives=8)
def take_event(body: str, transactions: Transactions, now: datetime) -> None:
    checkpoints.reached("bank_events.started")
    message = BankMessage.model_validate_json(body)
    collecting = payment_provider(message.provider)
    event = collecting.parse(message.body.encode())
    claim = Claim(message.provider, message.body)
    checkpoints.reached("bank_events.parsed")
    match event.kind.partition(".")[0]:
        case "payment":
            payment_events.apply(
                transactions,
                event,
                claim,
                provider=collecting,
                on_paid=income.of_payment,
                now=now,
            )
        case "payout":
            payout_events.apply(
                transactions,
                event,
                claim,
                provider=payout_provider(message.provider),
                on_settled=income.of_payout,
                now=now,
            )
        case "refund":
            refund_events.apply(
                transactions,
                event,
                claim,
                provider=refund_provider(message.provider),
                on_refunded=refunded.of_refund,
                now=now,
            )
        case "receipt":
            kkt_matching.apply(transactions, event, claim, now=now)
        case _:
            payment_events.keep_unknown(transactions, event, claim, now=now)
