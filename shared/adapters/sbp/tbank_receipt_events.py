"""Reading T-Bank's messages about receipts (``NotificationFiscalization``, status RECEIPT).

They come where the bank's support has switched them on. What a receipt says (``Receipt``) isn't covered by the
signature; its payment, sense, sum and numbers are.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from shared.adapters.sbp.tbank_reading import amount_of, id_of
from shared.adapters.sbp.tbank_token import is_signed
from shared.config.tbank import TBankTerminal
from shared.kernel.money import Money, total
from shared.ports.fiscal import FiscalDocument, PaymentMode, ReceiptSense
from shared.ports.payments import BankEvent

STATUS: Final = "RECEIPT"
_SENSES: Final = {"Income": ReceiptSense.INCOME, "IncomeReturn": ReceiptSense.INCOME_RETURN}
_NUMBERS: Final = ("FiscalDocumentNumber", "FnNumber", "FiscalDocumentAttribute")
_DIGITS: Final = re.compile(r"[0-9]{1,20}")


def parse(fields: Mapping[str, object], terminal: TBankTerminal) -> BankEvent:
    """Nobody can be asked about a receipt, so a message that isn't proved here is none.

    A receipt that was made is known for ever by its numbers; a refusal by what it refuses and when.

    :raises ValueError: not such a message, or not signed by the bank; the text holds nothing of it
    """
    if fields.get("TerminalKey") != terminal.terminal_key or not is_signed(fields, terminal.passwords):
        raise ValueError("not proved")
    payment_id = id_of(fields.get("PaymentId"))
    if not _is_refusal(fields) and all(fields.get(name) in (None, "") for name in _NUMBERS):
        # Of a register that isn't connected: it tells what the receipt would have been.
        return BankEvent(
            f"{payment_id}:{STATUS}:unmade:{_moment_written(fields)}", "receipt_unmade", payment_id
        )
    sense = _SENSES.get(str(fields.get("Type")))
    if sense is None:
        raise ValueError("no Type")
    told = FiscalDocument(payment_id, sense, *_contents(fields), None, None, None, None)
    if _is_refusal(fields):
        what = f"{sense}:{told.amount.kopecks}:{_moment_written(fields)}"
        return BankEvent(
            f"{payment_id}:{STATUS}:refused:{what}", "receipt.refused", payment_id, document=told
        )
    document, storage, attribute = (_number(fields.get(name)) for name in _NUMBERS)
    made = told._replace(
        document_number=document, storage_number=storage, attribute=attribute, registered_at=_moment(fields)
    )
    return BankEvent(
        f"{payment_id}:{STATUS}:{storage}:{document}", "receipt.registered", payment_id, document=made
    )


def _is_refusal(fields: Mapping[str, object]) -> bool:
    return str(fields.get("Success")).lower() == "false" or str(fields.get("ErrorCode", "0")) != "0"


def _contents(fields: Mapping[str, object]) -> tuple[PaymentMode | None, Money]:
    """How its lines are paid for, if all alike, and what they sum to; without lines the message's own sum."""
    told = amount_of(fields.get("Amount"))
    receipt = fields.get("Receipt")
    items = receipt.get("Items") if isinstance(receipt, Mapping) else None
    if not isinstance(items, list) or not items or not all(isinstance(one, Mapping) for one in items):
        return None, told
    modes = {one.get("PaymentMethod") for one in items}
    known = [mode for mode in PaymentMode if modes == {mode.value}]
    return known[0] if known else None, total([amount_of(one.get("Amount")) for one in items])


def _number(value: object) -> str:
    """:raises ValueError: no digits"""
    written = "" if isinstance(value, bool) else str(value)
    if not _DIGITS.fullmatch(written):
        raise ValueError("no fiscal number")
    return written


def _moment_written(fields: Mapping[str, object]) -> str:
    moment = _moment(fields)
    return "" if moment is None else moment.isoformat()


def _moment(fields: Mapping[str, object]) -> datetime | None:
    """None: not there, or without its zone."""
    try:
        moment = datetime.fromisoformat(str(fields.get("ReceiptDatetime")))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
