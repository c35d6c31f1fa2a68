"""Payments by SBP: one stage, a term of their own, the bank's statuses."""

from datetime import datetime

from localstack.standins.tbank import cash_register, deals, deliveries, qr, receipts
from localstack.standins.tbank.bank import Bank, Document, stamp
from localstack.standins.tbank.checks import amount_of, deadline_of, words_of
from localstack.standins.tbank.problems import NotAsked, Problem

OPEN = {"NEW", "FORM_SHOWED"}
ENDED_WITHOUT_MONEY = {"CANCELED", "DEADLINE_EXPIRED", "REJECTED"}
MOST_TRIES = 3
REFUSED_BY_PAYER = "1051"


def init(bank: Bank, terminal_key: str, body: Document) -> Document:
    now = bank.clock.now()
    amount, words, due_at = amount_of(body), words_of(body), deadline_of(body, now)
    if bank.switch("order_ids") == "unique" and bank.of_order(terminal_key, words["OrderId"]):
        raise Problem("20", words["OrderId"])
    payment = {
        "TerminalKey": terminal_key,
        "Status": "NEW",
        "Amount": amount,
        **words,
        "NotificationURL": body.get("NotificationURL"),
        "receipt": receipts.check(body, amount),
        "data": body.get("DATA") or {},
        **_deal_of(bank, terminal_key, body),
        "tries": 0,
        "refunded": 0,
        "created_at": stamp(now),
        "due_at": stamp(due_at),
        "confirmed_at": None,
    }
    bank.add(payment, due_at=due_at)
    return {**said(bank, payment), "PaymentURL": f"{bank.options.public_url}/new/{payment['PaymentId']}"}


def _deal_of(bank: Bank, terminal_key: str, body: Document) -> Document:
    if "DealId" in body:
        return {"deal": str(deals.required(bank, terminal_key, body["DealId"])), "new_deal": None}
    if "CreateDealWithType" in body:
        return {"deal": None, "new_deal": deals.kind_of(body, "CreateDealWithType")}
    return {"deal": None, "new_deal": None}


def get_qr(bank: Bank, terminal_key: str, body: Document) -> Document:
    payment = required(bank, terminal_key, body)
    kind = body.get("DataType", "PAYLOAD")
    if kind not in {"PAYLOAD", "IMAGE"}:
        raise Problem("1", "DataType is PAYLOAD or IMAGE")
    if payment["Status"] not in OPEN:
        raise Problem("4", str(payment["Status"]))
    answer = said(bank, payment)
    del answer["Status"], answer["Amount"]
    return {**answer, "Message": "OK", "Data": qr.link(payment) if kind == "PAYLOAD" else qr.image(payment)}


def get_state(bank: Bank, terminal_key: str, body: Document) -> Document:
    payment = required(bank, terminal_key, body)
    params = [{"Key": "Route", "Value": "ACQ"}, {"Key": "Source", "Value": "qrsbp"}]
    return {**said(bank, payment), "Message": "OK", "Params": params}


def check_order(bank: Bank, terminal_key: str, body: Document) -> Document:
    """All payments of an order. Within the list the bank's types are looser: ``Success`` is text, codes are numbers."""
    order_id = str(body.get("OrderId"))
    payments = bank.of_order(terminal_key, order_id)
    if not payments:
        raise Problem("335", order_id)
    listed = [
        {
            "PaymentId": spelled(bank, payment),
            "Amount": payment["Amount"],
            "Status": payment["Status"],
            "Success": "false" if payment["Status"] == "REJECTED" else "true",
            "ErrorCode": 0 if bank.switch("listed_codes") == "numbers" else "0",
            "Message": "OK",
        }
        for payment in payments
    ]
    return {
        "TerminalKey": terminal_key,
        "OrderId": order_id,
        "Success": True,
        "ErrorCode": "0",
        "Message": "OK",
        "Payments": listed,
    }


def sbp_pay_test(bank: Bank, terminal_key: str, body: Document) -> Document:
    """The test terminal's own payer."""
    payment_id = required(bank, terminal_key, body)["PaymentId"]
    try:
        if body.get("IsDeadlineExpired"):
            expire(bank, payment_id)
        elif body.get("IsRejected"):
            for _ in range(MOST_TRIES):
                fail(bank, payment_id)
        else:
            pay(bank, payment_id)
    except NotAsked as status:
        raise Problem("4", str(status)) from None
    return {"Success": True, "ErrorCode": "0", "Message": "OK"}


def pay(bank: Bank, payment_id: str, *, kopecks: int | None = None, late: bool = False) -> Document:
    """The payer's bank says yes; AUTHORIZED and CONFIRMED are told at the same moment.

    :param kopecks: another sum than was asked, which the bank then believes too
    :param late: also when the payment had ended without money
    :raises NotAsked: the state doesn't allow it
    """
    with bank.store.transaction():
        payment = known(bank, payment_id)
        if payment["Status"] not in OPEN | (ENDED_WITHOUT_MONEY if late else set()):
            raise NotAsked(payment["Status"])
        if kopecks is not None:
            payment["Amount"] = kopecks
        if payment["new_deal"] and not payment["deal"]:
            payment["deal"] = deals.opened(bank, payment["TerminalKey"], payment["new_deal"])
        payment.update(Status="CONFIRMED", confirmed_at=stamp(bank.clock.now()))
        bank.change(payment)
        both = ["AUTHORIZED", "CONFIRMED"]
        for place, status in enumerate(both if bank.switch("order") == "straight" else both[::-1]):
            deliveries.announce(bank, payment, status, after_ms=place * deliveries.APART_MS)
        cash_register.make(bank, payment, "payment", cash_register.INCOME, payment["receipt"])
    return payment


def fail(bank: Bank, payment_id: str) -> Document:
    """A try that the payer's bank refused; after three of them the payment is over.

    :raises NotAsked: it isn't open
    """
    with bank.store.transaction():
        payment = _open(bank, payment_id)
        payment["tries"] += 1
        payment["Status"] = "REJECTED" if payment["tries"] >= MOST_TRIES else "FORM_SHOWED"
        _keep(bank, payment)
        if payment["Status"] == "REJECTED":
            deliveries.announce(bank, payment, "REJECTED", error=REFUSED_BY_PAYER)
    return payment


def expire(bank: Bank, payment_id: str) -> Document:
    """:raises NotAsked: it isn't open"""
    with bank.store.transaction():
        payment = _open(bank, payment_id)
        payment["Status"] = "DEADLINE_EXPIRED"
        _keep(bank, payment)
        if bank.switch("deadline_messages") == "on":
            deliveries.announce(bank, payment, "DEADLINE_EXPIRED", error="202")
    return payment


def cancel(bank: Bank, payment_id: str) -> Document:
    """The shop takes an open one back.

    :raises NotAsked: it isn't open
    """
    with bank.store.transaction():
        payment = _open(bank, payment_id)
        payment["Status"] = "CANCELED"
        _keep(bank, payment)
    return payment


def show_form(bank: Bank, payment_id: str) -> Document:
    """A payer opened the bank's page."""
    with bank.store.transaction():
        payment = known(bank, payment_id)
        if payment["Status"] == "NEW":
            payment["Status"] = "FORM_SHOWED"
            _keep(bank, payment)
    return payment


def said(bank: Bank, payment: Document) -> Document:
    """What every answer about a payment holds."""
    return {
        "Success": True,
        "ErrorCode": "0",
        "TerminalKey": payment["TerminalKey"],
        "Status": payment["Status"],
        "PaymentId": spelled(bank, payment),
        "OrderId": payment["OrderId"],
        "Amount": payment["Amount"],
    }


def spelled(bank: Bank, payment: Document) -> str | int:
    return int(payment["PaymentId"]) if bank.switch("payment_ids") == "numbers" else str(payment["PaymentId"])


def required(bank: Bank, terminal_key: str, body: Document) -> Document:
    """The payment that a request names; its number is taken as text and as a number."""
    payment = known(bank, str(body.get("PaymentId")))
    if payment["TerminalKey"] != terminal_key:
        raise Problem("255", "PaymentId")
    return payment


def known(bank: Bank, payment_id: str) -> Document:
    payment = bank.find(payment_id)
    if payment is None:
        raise Problem("255", "PaymentId")
    return payment


def _open(bank: Bank, payment_id: str) -> Document:
    payment = known(bank, payment_id)
    if payment["Status"] not in OPEN:
        raise NotAsked(payment["Status"])
    return payment


def _keep(bank: Bank, payment: Document) -> None:
    bank.change(
        payment, due_at=datetime.fromisoformat(payment["due_at"]) if payment["Status"] in OPEN else None
    )
