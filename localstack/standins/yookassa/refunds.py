"""Refunds of payments by SBP: whole or in parts, never more than was paid, final at once unless held.

A refund that is canceled stays as it is; another try is another refund. The payment stays succeeded, with what went
back in ``refunded_amount``. Only a success is announced, as the bank does.
"""

from localstack.standins.yookassa import deliveries, payments, receipts
from localstack.standins.yookassa.bank import Bank, Document, new_object_id, new_sbp_operation_id, stamp
from localstack.standins.yookassa.checks import description_of, kopecks_of, metadata_of, rubles
from localstack.standins.yookassa.payments import HIGH_KOPECKS, NotAsked
from localstack.standins.yookassa.problems import Problem, invalid

KIND = "refund"
LOW_KOPECKS = 1
#: Switch "refunds": succeed, hold, or a cancellation reason that new refunds end with.
PLAN = "refunds"


def create(bank: Bank, body: Document) -> Document:
    payment_id = body.get("payment_id")
    if not isinstance(payment_id, str):
        raise invalid("payment_id", "A payment is required")
    kopecks = kopecks_of(body, low=LOW_KOPECKS, high=HIGH_KOPECKS)
    receipt = receipts.carried(bank, body, kopecks)
    extra = {**description_of(body), "metadata": metadata_of(body)}
    return make(bank, payment_id, kopecks, extra, receipt)


def make(
    bank: Bank, payment_id: str, kopecks: int | None, extra: Document, receipt: Document | None = None
) -> Document:
    """:param kopecks: None for all that is left"""
    with bank.store.transaction():
        payment = bank.find(payments.KIND, payment_id)
        if payment is None:
            raise invalid("payment_id", "Payment doesn't exist")
        if payment["status"] != "succeeded":
            raise invalid("payment_id", "Only a succeeded payment can be refunded")
        left = _kopecks(payment["amount"]) - _kopecks(payment["refunded_amount"]) - _held(bank, payment_id)
        kopecks = left if kopecks is None else kopecks
        if not 0 < kopecks <= left:
            raise invalid("amount", "Refund amount exceeds what is left of the payment")
        now = bank.clock.now()
        refund_id = new_object_id(now)
        refund = {
            "id": refund_id,
            "payment_id": payment_id,
            "status": "pending",
            "created_at": stamp(now),
            "amount": rubles(kopecks),
            **extra,
            **receipts.remember(bank, refund_id, receipt),
        }
        bank.add(KIND, refund, due_at=None)
        plan = bank.switch(PLAN, "succeed")
        if plan == "hold":
            return refund
        return succeed(bank, refund["id"]) if plan == "succeed" else fail(bank, refund["id"], reason=plan)


def get(bank: Bank, refund_id: str) -> Document:
    refund = bank.find(KIND, refund_id)
    if refund is None:
        raise Problem(404, "Refund doesn't exist")
    return refund


def succeed(bank: Bank, refund_id: str) -> Document:
    """:raises NotAsked: the refund is final"""
    with bank.store.transaction():
        refund = _pending(bank, refund_id)
        refund.update(
            status="succeeded", refund_method={"type": "sbp", "sbp_operation_id": new_sbp_operation_id()}
        )
        receipts.register_carried(bank, refund, KIND)
        bank.change(refund)
        payment = payments.get(bank, refund["payment_id"])
        gone = _kopecks(payment["refunded_amount"]) + _kopecks(refund["amount"])
        payment["refunded_amount"] = rubles(gone)
        payment["refundable"] = gone < _kopecks(payment["amount"])
        bank.change(payment)
        deliveries.announce(bank, "refund.succeeded", refund)
    return refund


def fail(bank: Bank, refund_id: str, *, reason: str) -> Document:
    """:raises NotAsked: the refund is final"""
    with bank.store.transaction():
        refund = _pending(bank, refund_id)
        refund.update(status="canceled", cancellation_details={"party": "yoo_money", "reason": reason})
        bank.change(refund)
    return refund


def _held(bank: Bank, payment_id: str) -> int:
    """What refunds that have no end yet would take."""
    rows = bank.store.rows(
        "SELECT json_extract(document, '$.amount.value') AS value FROM objects WHERE kind = ?"
        " AND json_extract(document, '$.payment_id') = ? AND json_extract(document, '$.status') = 'pending'",
        (KIND, payment_id),
    )
    return sum(int(row["value"].replace(".", "")) for row in rows)


def _pending(bank: Bank, refund_id: str) -> Document:
    refund = get(bank, refund_id)
    if refund["status"] != "pending":
        raise NotAsked(refund["status"])
    return refund


def _kopecks(amount: Document) -> int:
    return int(amount["value"].replace(".", ""))
