"""Cancel: an open payment is taken back, a paid one is paid back in whole or in parts."""

import sqlite3

from localstack.standins.tbank import cash_register, deals, deliveries, payments, receipts
from localstack.standins.tbank.bank import Bank, Document, stamp
from localstack.standins.tbank.problems import NotAsked, Problem

LEAST_KOPECKS = 1_00
PAID = {"CONFIRMED", "PARTIAL_REFUNDED"}


def cancel(bank: Bank, terminal_key: str, body: Document) -> Document:
    with bank.store.transaction():
        payment = payments.required(bank, terminal_key, body)
        if payment["Status"] in payments.OPEN:
            payment = payments.cancel(bank, payment["PaymentId"])
            return _said(bank, payment, before=payment["Amount"], after=0, body=body)
        earlier = _earlier(bank, payment, body)
        if earlier is not None:
            left = payment["Amount"] - payment["refunded"]
            return _said(bank, payment, before=left + _counted(earlier), after=left, body=body)
        return _pay_back(bank, payment, body)


def _pay_back(bank: Bank, payment: Document, body: Document) -> Document:
    left = payment["Amount"] - payment["refunded"]
    amount = body.get("Amount", payment["Amount"])
    if not isinstance(amount, int) or isinstance(amount, bool) or not LEAST_KOPECKS <= amount <= left:
        raise Problem("251", "Amount")
    if payment["Status"] not in PAID:
        raise Problem("4", str(payment["Status"]))
    if payment["deal"] and not deals.is_open(bank, payment["deal"]):
        raise Problem("4", "The deal is closed")
    receipt = receipts.check(body, amount)
    later = bank.switch("refunds") != "at_once"
    added = bank.added(
        "INSERT INTO refunds (payment_id, external_id, amount, state, asked_at) VALUES (?, ?, ?, 'pending', ?)",
        (int(payment["PaymentId"]), body.get("ExternalRequestId") or None, amount, stamp(bank.clock.now())),
    )
    payment["Status"] = "ASYNC_REFUNDING"
    # The whole goes back with the receipt that it came with.
    returned = receipt or (payment["receipt"] if amount == payment["Amount"] else None)
    payment.setdefault("returns", {})[str(added)] = returned
    bank.change(payment)
    if not later:
        payment = finish(bank, added)
    return _said(bank, payment, before=left, after=left - amount, body=body)


def finish(bank: Bank, refund_id: int, *, well: bool = True) -> Document:
    """The payer's bank took the money, or didn't.

    :raises NotAsked: it has ended
    """
    with bank.store.transaction():
        rows = bank.store.rows("SELECT * FROM refunds WHERE id = ?", (refund_id,))
        if not rows or rows[0]["state"] != "pending":
            raise NotAsked("no pending refund")
        payment = payments.known(bank, str(rows[0]["payment_id"]))
        bank.store.run(
            "UPDATE refunds SET state = ?, ended_at = ? WHERE id = ?",
            ("done" if well else "failed", stamp(bank.clock.now()), refund_id),
        )
        if well:
            payment["refunded"] += rows[0]["amount"]
        payment["Status"] = _status(payment)
        bank.change(payment)
        if well:
            deliveries.announce(bank, payment, payment["Status"], amount=rows[0]["amount"])
            returned = payment.get("returns", {}).get(str(refund_id))
            cash_register.make(bank, payment, "refund", cash_register.RETURN, returned)
    return payment


def get_qr_state(bank: Bank, terminal_key: str, body: Document) -> Document:
    """The payment's state, and why the last refund was not taken by the payer's bank."""
    payment = payments.required(bank, terminal_key, body)
    last = bank.store.rows(
        "SELECT state FROM refunds WHERE payment_id = ? ORDER BY id DESC LIMIT 1",
        (int(payment["PaymentId"]),),
    )
    failed = {"QrCancelCode": "I05043", "QrCancelMessage": "Нет расчетного счета"}
    return payments.said(bank, payment) | (failed if last and last[0]["state"] == "failed" else {})


def listing(bank: Bank) -> list[Document]:
    """Newest first."""
    return [dict(row) for row in bank.store.rows("SELECT * FROM refunds ORDER BY id DESC")]


def pending(bank: Bank) -> list[int]:
    return [
        row["id"] for row in bank.store.rows("SELECT id FROM refunds WHERE state = 'pending' ORDER BY id")
    ]


def _status(payment: Document) -> str:
    if not payment["refunded"]:
        return "CONFIRMED"
    return "REFUNDED" if payment["refunded"] == payment["Amount"] else "PARTIAL_REFUNDED"


def _earlier(bank: Bank, payment: Document, body: Document) -> sqlite3.Row | None:
    """A refund asked for before under the same id."""
    external_id = body.get("ExternalRequestId")
    if not external_id or bank.switch("refund_ids") == "ignored":
        return None
    rows = bank.store.rows(
        "SELECT * FROM refunds WHERE payment_id = ? AND external_id = ?",
        (int(payment["PaymentId"]), str(external_id)),
    )
    return rows[0] if rows else None


def _counted(refund: sqlite3.Row) -> int:
    return int(refund["amount"]) if refund["state"] == "done" else 0


def _said(bank: Bank, payment: Document, *, before: int, after: int, body: Document) -> Document:
    answer = payments.said(bank, payment)
    del answer["Amount"]
    answer |= {"OriginalAmount": before, "NewAmount": after, "Message": "OK"}
    if "ExternalRequestId" in body:
        answer["ExternalRequestId"] = body["ExternalRequestId"]
    return answer
