"""SendClosingReceipt: what was paid before is taken for the service, in whole or in parts."""

from localstack.standins.tbank import cash_register, payments, receipts
from localstack.standins.tbank.bank import Bank, Document
from localstack.standins.tbank.problems import Problem

PREPAYMENTS = {"full_prepayment", "prepayment", "advance"}
CLOSABLE = "CONFIRMED"


def send(bank: Bank, terminal_key: str, body: Document) -> Document:
    """By the bank's paper: of a CONFIRMED payment whose receipt had a prepayment. It knows no key and gives no id."""
    with bank.store.transaction():
        payment = payments.required(bank, terminal_key, body)
        if payment["Status"] != CLOSABLE:
            raise Problem("4", str(payment["Status"]))
        if not any(item["PaymentMethod"] in PREPAYMENTS for item in _items(payment["receipt"])):
            raise Problem("309", "The payment has no prepayment's receipt")
        receipt = receipts.checked(body)
        if receipt is None:
            raise Problem("309", "Receipt")
        if any(item["PaymentMethod"] in PREPAYMENTS for item in _items(receipt)):
            raise Problem("309", "Items.PaymentMethod")
        amount = receipts.sum_of(receipt)
        receipts.check_kinds(receipt, amount)
        closed = sum(
            each["amount"] for each in _made(bank, payment["PaymentId"]) if each["origin"] == "closing"
        )
        if closed + amount > payment["Amount"]:
            raise Problem("334", "More than was prepaid")
        if bank.switch("closings") == "whole" and amount != payment["Amount"]:
            raise Problem("334", "Not the whole")
        cash_register.make(bank, payment, "closing", cash_register.INCOME, receipt)
    return {"Success": True, "ErrorCode": "0", "Message": "OK"}


def _made(bank: Bank, payment_id: str) -> list[Document]:
    return [
        dict(row)
        for row in bank.store.rows(
            "SELECT * FROM fiscal_documents WHERE payment_id = ? AND state = 'made'", (int(payment_id),)
        )
    ]


def _items(receipt: Document | None) -> list[Document]:
    return [] if receipt is None else receipt["Items"]
