"""Data of a fiscal receipt (ФФД 1.05), checked as the bank's cash register would."""

from decimal import Decimal, InvalidOperation

from localstack.standins.tbank.bank import Document
from localstack.standins.tbank.problems import Problem

TAXATIONS = {"osn", "usn_income", "usn_income_outcome", "esn", "patent"}
TAXES = {"none", "vat0", "vat5", "vat7", "vat10", "vat20", "vat22", "vat105", "vat107", "vat110", "vat120", "vat122"}  # fmt: skip
METHODS = {"full_prepayment", "prepayment", "advance", "full_payment", "partial_payment", "credit", "credit_payment"}  # fmt: skip
OBJECTS = {"service", "commodity", "job", "payment", "agent_commission", "another"}
AGENT_SIGNS = {"bank_paying_agent", "bank_paying_subagent", "paying_agent", "paying_subagent", "attorney", "commission_agent", "another"}  # fmt: skip
KINDS = {"Cash", "Electronic", "AdvancePayment", "Credit", "Provision"}
MOST_NAME = 128


def check(body: Document, amount: int) -> Document | None:
    """The receipt of a request, if it has one.

    :param amount: what it must sum to, kopecks
    """
    receipt = checked(body)
    if receipt is not None and sum_of(receipt) != amount:
        raise Problem("334", "Items.Amount")
    return receipt


def check_kinds(receipt: Document, amount: int) -> None:
    """``Payments``, if there, sums to the lines; without it all is cashless."""
    kinds = receipt.get("Payments")
    if kinds is None:
        return
    if not isinstance(kinds, dict) or "Electronic" not in kinds or kinds.keys() - KINDS:
        raise Problem("309", "Payments")
    if sum(kinds.values()) != amount:
        raise Problem("308", "Payments")


def sum_of(receipt: Document) -> int:
    """Kopecks."""
    return sum(item["Amount"] for item in receipt["Items"])


def checked(body: Document) -> Document | None:
    """The receipt of a request, whatever it sums to."""
    receipt = body.get("Receipt")
    if receipt is None:
        return None
    if not isinstance(receipt, dict):
        raise Problem("309", "Receipt")
    if not (receipt.get("Email") or receipt.get("Phone")):
        raise Problem("309", "Email or Phone")
    if receipt.get("Taxation") not in TAXATIONS:
        raise Problem("309", "Taxation")
    items = receipt.get("Items")
    if not isinstance(items, list) or not items:
        raise Problem("309", "Items")
    for item in items:
        _check_item(item)
    return receipt


def _check_item(item: object) -> None:
    if not isinstance(item, dict):
        raise Problem("309", "Items")
    name, price, quantity, amount = (item.get(key) for key in ("Name", "Price", "Quantity", "Amount"))
    if not isinstance(name, str) or not 1 <= len(name) <= MOST_NAME:
        raise Problem("309", "Items.Name")
    if not isinstance(price, int) or not isinstance(amount, int) or _times(price, quantity) != amount:
        raise Problem("308", "Price by Quantity is Amount")
    for key, known in (("Tax", TAXES), ("PaymentMethod", METHODS), ("PaymentObject", OBJECTS)):
        if item.get(key) not in known:
            raise Problem("309", f"Items.{key}")
    agent, supplier = item.get("AgentData"), item.get("SupplierInfo")
    if agent is not None:
        if not isinstance(agent, dict) or agent.get("AgentSign") not in AGENT_SIGNS:
            raise Problem("317", "Items.AgentData.AgentSign")
        if not isinstance(supplier, dict):
            raise Problem("319", "Items.SupplierInfo")
        if not supplier.get("Inn"):
            raise Problem("320", "Items.SupplierInfo.Inn")


def _times(price: int, quantity: object) -> Decimal | None:
    """What so many cost; quantities with a fraction come as they are written."""
    try:
        return price * Decimal(str(quantity))
    except InvalidOperation:
        return None
