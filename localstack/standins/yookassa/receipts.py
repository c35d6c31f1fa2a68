"""Fiscal receipts: checked as the bank does, registered by a cash register that can be told to wait or to fail.

A payment or refund that carries ``receipt`` has ``receipt_registration``; its receipt is made when it succeeds.
``POST /receipts`` makes those that follow: the offset of a prepayment, or one that failed before.
"""

import json
import re
import secrets
from datetime import datetime
from typing import Final
from uuid import uuid4

from localstack.standins.yookassa.bank import Bank, Document, dump, stamp
from localstack.standins.yookassa.checks import AMOUNT, kopecks_of
from localstack.standins.yookassa.problems import Problem, invalid

KIND = "receipt"
#: Switch "receipts": succeed, hold or fail, for new ones.
PLAN = "receipts"
#: Switch "receipts_required": on for a shop whose payments are refused without a receipt.
REQUIRED = "receipts_required"
MOST_ITEMS = 100
MOST_DESCRIPTION = 128
MOST_KOPECKS = 10**12
TAX_SYSTEMS = range(1, 7)
VAT_CODES = range(1, 13)
MODES: Final = {"full_prepayment", "partial_prepayment", "advance", "full_payment", "partial_payment", "credit", "credit_payment"}  # fmt: skip
SUBJECTS: Final = {"service", "commodity", "job", "payment", "agent_commission", "another"}
AGENTS: Final = {"banking_payment_agent", "banking_payment_subagent", "payment_agent", "payment_subagent", "attorney", "commissioner", "agent"}  # fmt: skip
SETTLEMENTS: Final = {"cashless", "prepayment", "postpayment", "consideration"}
INN = re.compile(r"[0-9]{10}|[0-9]{12}")
PHONE = re.compile(r"[0-9]{4,15}")
QUANTITY = re.compile(r"[0-9]{1,10}(\.[0-9]{1,3})?")


class NotPending(Exception):
    """A control asked for what this state doesn't allow."""


def carried(bank: Bank, body: Document, kopecks: int) -> Document | None:
    """The receipt that a payment or refund brings, checked against its sum."""
    receipt = body.get("receipt")
    if receipt is None:
        if bank.switch(REQUIRED, "off") == "on":
            raise invalid("receipt", "Receipt is missing or illegal")
        return None
    if not isinstance(receipt, dict):
        raise invalid("receipt", "Receipt is an object")
    if _check(receipt, "receipt.") != kopecks:
        raise invalid("receipt.items", "Receipt items don't sum to the amount")
    return receipt


def remember(bank: Bank, subject_id: str, receipt: Document | None) -> Document:
    """Keep what a payment or refund brought until it succeeds; the field that its answer shows."""
    if receipt is None:
        return {}
    bank.set_switch(_order(subject_id), dump(receipt))
    return {"receipt_registration": "pending"}


def register_carried(bank: Bank, subject: Document, kind: str) -> None:
    """A payment or refund has succeeded: its receipt goes to the cash register.

    :param kind: "payment" or "refund"
    """
    kept = bank.switch(_order(subject["id"]), "")
    if not kept:
        return
    named = {
        "type": kind,
        f"{kind}_id": subject["id"],
        "settlements": [{"type": "cashless", "amount": subject["amount"]}],
    }
    made = _register(bank, json.loads(kept), named, _payment_of(subject, kind))
    subject["receipt_registration"] = made["status"]


def create(bank: Bank, body: Document) -> Document:
    kind = body.get("type")
    if kind not in {"payment", "refund"}:
        raise invalid("type", "payment or refund")
    subject = bank.find(kind, str(body.get(f"{kind}_id")))
    if subject is None:
        raise invalid(f"{kind}_id", "It doesn't exist")
    if subject["status"] != "succeeded":
        raise invalid(f"{kind}_id", "It has not succeeded")
    if body.get("send") is not True:
        raise invalid("send", "Only true is taken")
    total = _check(body, "")
    settlements = body.get("settlements")
    if not isinstance(settlements, list) or not settlements:
        raise invalid("settlements", "Settlements are required")
    if any(not isinstance(one, dict) or one.get("type") not in SETTLEMENTS for one in settlements):
        raise invalid("settlements.type", "Unknown type of settlement")
    if sum(_kopecks(one, "settlements.") for one in settlements) != total:
        raise invalid("settlements", "Settlements don't sum to the items")
    named = {"type": kind, f"{kind}_id": subject["id"], "settlements": settlements}
    return _register(bank, body, named, _payment_of(subject, kind))


def get(bank: Bank, receipt_id: str) -> Document:
    receipt = bank.find(KIND, receipt_id)
    if receipt is None:
        raise Problem(404, "Receipt doesn't exist")
    return receipt


def succeed(bank: Bank, receipt_id: str) -> Document:
    """:raises NotPending: the receipt is final"""
    return _end(bank, receipt_id, "succeeded")


def fail(bank: Bank, receipt_id: str) -> Document:
    """:raises NotPending: the receipt is final"""
    return _end(bank, receipt_id, "canceled")


def _end(bank: Bank, receipt_id: str, status: str) -> Document:
    with bank.store.transaction():
        receipt = get(bank, receipt_id)
        if receipt["status"] != "pending":
            raise NotPending(receipt["status"])
        receipt.update(_registered(bank, bank.clock.now()) if status == "succeeded" else {"status": status})
        bank.change(receipt)
        kind = receipt["type"]
        subject = bank.find(kind, receipt[f"{kind}_id"])
        if subject is not None and receipt["settlements"][0]["type"] == "cashless":
            subject["receipt_registration"] = status
            bank.change(subject)
    return receipt


def _register(bank: Bank, body: Document, named: Document, payment_id: str) -> Document:
    now = bank.clock.now()
    receipt: Document = {
        "id": f"rt_{uuid4()}",
        **named,
        "payment_id": payment_id,
        "status": "pending",
        "items": body["items"],
        "created_at": stamp(now),
    }
    if "tax_system_code" in body:
        receipt["tax_system_code"] = body["tax_system_code"]
    match bank.switch(PLAN, "succeed"):
        case "succeed":
            receipt.update(_registered(bank, now))
        case "fail":
            receipt["status"] = "canceled"
    bank.add(KIND, receipt, due_at=None)
    return receipt


def _registered(bank: Bank, now: datetime) -> Document:
    known = bank.store.rows("SELECT count(*) AS n FROM objects WHERE kind = ?", (KIND,))
    return {
        "status": "succeeded",
        "fiscal_document_number": str(1000 + int(known[0]["n"])),
        "fiscal_storage_number": "9288000100115785",
        "fiscal_attribute": f"{secrets.randbelow(10**10):010d}",
        "registered_at": stamp(now),
        "fiscal_provider_id": str(uuid4()),
    }


def _payment_of(subject: Document, kind: str) -> str:
    return str(subject["id"] if kind == "payment" else subject["payment_id"])


def _order(subject_id: str) -> str:
    return f"receipt_of:{subject_id}"


def _check(receipt: Document, at: str) -> int:
    """Check customer, tax system and items; their sum in kopecks."""
    customer = receipt.get("customer")
    if not isinstance(customer, dict) or not (customer.get("email") or customer.get("phone")):
        raise invalid(f"{at}customer", "E-mail or phone of the customer is required")
    if "@" not in customer.get("email", "@") or not PHONE.fullmatch(customer.get("phone", "0000")):
        raise invalid(f"{at}customer", "Not an e-mail or a phone of digits")
    if receipt.get("tax_system_code", 1) not in TAX_SYSTEMS:
        raise invalid(f"{at}tax_system_code", "Unknown tax system")
    items = receipt.get("items")
    if not isinstance(items, list) or not 1 <= len(items) <= MOST_ITEMS:
        raise invalid(f"{at}items", f"From 1 to {MOST_ITEMS} items")
    return sum(_item(item, f"{at}items.") for item in items)


def _item(item: object, at: str) -> int:
    if not isinstance(item, dict):
        raise invalid(at.rstrip("."), "An item is an object")
    description = item.get("description")
    if not isinstance(description, str) or not 1 <= len(description) <= MOST_DESCRIPTION:
        raise invalid(f"{at}description", f"From 1 to {MOST_DESCRIPTION} characters")
    quantity = str(item.get("quantity"))
    if not QUANTITY.fullmatch(quantity) or float(quantity) != 1:
        raise invalid(f"{at}quantity", "This register counts services one by one")
    if item.get("vat_code") not in VAT_CODES:
        raise invalid(f"{at}vat_code", "Unknown VAT code")
    for name, known in (("payment_mode", MODES), ("payment_subject", SUBJECTS)):
        if item.get(name) not in known:
            raise invalid(f"{at}{name}", "Unknown value")
    if item.get("agent_type") is not None:
        _agent(item, at)
    return _kopecks(item, at)


def _agent(item: Document, at: str) -> None:
    if item["agent_type"] not in AGENTS:
        raise invalid(f"{at}agent_type", "Unknown type of agent")
    supplier = item.get("supplier")
    if not isinstance(supplier, dict) or not supplier.get("name"):
        raise invalid(f"{at}supplier", "An agent names his principal")
    if not INN.fullmatch(str(supplier.get("inn"))):
        raise invalid(f"{at}supplier.inn", "10 or 12 digits")
    if not PHONE.fullmatch(supplier.get("phone", "0000")):
        raise invalid(f"{at}supplier.phone", "Digits only")


def _kopecks(body: Document, at: str) -> int:
    amount = body.get("amount")
    if not isinstance(amount, dict) or not AMOUNT.fullmatch(str(amount.get("value"))):
        raise invalid(f"{at}amount", "A sum with two digits after the point")
    return kopecks_of(body, low=1, high=MOST_KOPECKS)
