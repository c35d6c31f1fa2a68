"""Reading T-Bank's messages; what is signed is the truth, and needs no asking."""

from collections.abc import Mapping
from typing import Final

from shared.adapters.sbp import tbank_receipt_events
from shared.adapters.sbp.tbank_reading import amount_of, id_of, payment_of, word_of
from shared.adapters.sbp.tbank_token import as_received, is_signed
from shared.config.tbank import TBankTerminal
from shared.ports.payments import BankEvent, PaymentState, ProviderPayment

_PAID_BACK: Final = frozenset({"REFUNDED", "PARTIAL_REFUNDED", "REVERSED"})


def parse(body: bytes, terminal: TBankTerminal) -> BankEvent:
    """The bank gives messages no id: the key is payment, status and sum.

    Two parts of the same sum that were paid back give the same key, so such a message only says when to look.

    :raises ValueError: not a message of this provider; the text holds nothing of it
    """
    fields = as_received(body)
    if fields.get("Status") == tbank_receipt_events.STATUS:
        return tbank_receipt_events.parse(fields, terminal)
    payment_id, status, amount = (
        id_of(fields.get("PaymentId")),
        word_of(fields, "Status"),
        amount_of(fields.get("Amount")),
    )
    about = "refund" if status in _PAID_BACK else "payment"
    return BankEvent(
        key=f"{payment_id}:{status}:{amount.kopecks}",
        kind=f"{about}.{status.lower()}",
        object_id=payment_id,
        truth=_truth(fields, terminal) if about == "payment" else None,
    )


def _truth(fields: Mapping[str, object], terminal: TBankTerminal) -> ProviderPayment | None:
    """What the message proves; None: ask.

    Signed once more where money is booked: what lay in a queue was in other hands, and the password that signed it
    may be gone by now.
    """
    if fields.get("TerminalKey") != terminal.terminal_key or not is_signed(fields, terminal.passwords):
        return None
    payment = payment_of(fields)
    if payment.state is PaymentState.SUCCEEDED and fields.get("Success") is not True:
        return None
    return payment
