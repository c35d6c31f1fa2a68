"""The bank's registry of a day: what a terminal took and paid back, with the bank's charge."""

import csv
import io
from datetime import date, datetime, timedelta, timezone

from localstack.standins.tbank.bank import Bank, Document
from localstack.standins.tbank.refunds import listing

MOSCOW = timezone(timedelta(hours=3))
CHARGE_PER_MILLE = 7  # 0.7 % of a payment, half up; nothing of it comes back with a refund
COLUMNS = (
    "terminal_key",
    "operation",
    "payment_id",
    "order_id",
    "refund_id",
    "operation_at",
    "amount_kopecks",
    "charge_kopecks",
    "net_kopecks",
    "deal_id",
)


def of_day(bank: Bank, terminal_key: str, day: date) -> str:
    """CSV with semicolons; a header, then the operations of a Moscow day in the order of their time."""
    lines = [line for line in _lines(bank, terminal_key) if _moscow_day(line["operation_at"]) == day]
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(sorted(lines, key=lambda line: str(line["operation_at"])))
    return written.getvalue()


def _lines(bank: Bank, terminal_key: str) -> list[Document]:
    paid = {
        payment["PaymentId"]: payment
        for payment in bank.payments()
        if payment["TerminalKey"] == terminal_key and payment["confirmed_at"]
    }
    lines = [
        _line(payment, "payment", payment["confirmed_at"], payment["Amount"]) for payment in paid.values()
    ]
    for refund in listing(bank):
        payment = paid.get(str(refund["payment_id"]))
        if payment is not None and refund["state"] == "done":
            refund_id = refund["external_id"] or ""
            lines.append(_line(payment, "refund", refund["ended_at"], -refund["amount"], refund_id=refund_id))
    return lines


def _line(payment: Document, operation: str, at: str, amount: int, *, refund_id: str = "") -> Document:
    charge = (2 * amount * CHARGE_PER_MILLE + 1000) // 2000 if amount > 0 else 0
    return {
        "terminal_key": payment["TerminalKey"],
        "operation": operation,
        "payment_id": payment["PaymentId"],
        "order_id": payment["OrderId"],
        "refund_id": refund_id,
        "operation_at": at,
        "amount_kopecks": amount,
        "charge_kopecks": charge,
        "net_kopecks": amount - charge,
        "deal_id": payment["deal"] or "",
    }


def _moscow_day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(MOSCOW).date()
