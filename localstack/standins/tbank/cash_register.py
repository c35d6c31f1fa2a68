"""The shop's cash register at the bank: a receipt of a payment, of a refund, and one that closes a prepayment."""

import json

from localstack.standins.tbank import deliveries, receipts
from localstack.standins.tbank.bank import Bank, Document, dump, stamp

INCOME, RETURN = "Income", "IncomeReturn"
STORAGE_NUMBER = "9289000100115785"
REGISTRATION_NUMBER = "0001785103056432"
REFUSED_BY_REGISTER = "1"


def make(bank: Bank, payment: Document, origin: str, kind: str, receipt: Document | None) -> None:
    """Make a receipt and tell of it; part of the transaction of what it is for.

    :param origin: ``payment``, ``refund`` or ``closing``
    """
    if receipt is None:
        return
    told = bank.switch("receipts")
    now, amount = bank.clock.now(), receipts.sum_of(receipt)
    number = bank.added(
        "INSERT INTO fiscal_documents (payment_id, origin, kind, amount, state, receipt, made_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            int(payment["PaymentId"]),
            origin,
            kind,
            amount,
            "refused" if told == "refused" else "made",
            dump(receipt),
            stamp(now),
        ),
    )
    if told == "silent":
        return
    error = REFUSED_BY_REGISTER if told == "refused" else "0"
    message = deliveries.message(bank, payment, "RECEIPT", amount=amount, error=error)
    message |= {"Type": kind, "Receipt": receipt, "ReceiptDatetime": now.isoformat(timespec="seconds")}
    if told == "refused":
        message["ErrorMessage"] = "Касса не приняла чек"
    if told == "told":
        message |= {
            "FiscalNumber": number,
            "ShiftNumber": 1,
            "FnNumber": STORAGE_NUMBER,
            "EcrRegNumber": REGISTRATION_NUMBER,
            "FiscalDocumentNumber": number,
            "FiscalDocumentAttribute": 1_000_000_000 + number,
        }
    deliveries.deliver(bank, payment, deliveries.signed(bank, message))


def listing(bank: Bank) -> list[Document]:
    """Newest first."""
    return [
        {**dict(row), "receipt": json.loads(row["receipt"])}
        for row in bank.store.rows("SELECT * FROM fiscal_documents ORDER BY id DESC")
    ]
