"""Payouts by SBP: pending for a moment, then final; or held until a control decides."""

from localstack.standins.yookassa import deliveries
from localstack.standins.yookassa.bank import Bank, Document, new_object_id, new_sbp_operation_id, stamp
from localstack.standins.yookassa.checks import (
    PHONE,
    description_of,
    kopecks_of,
    metadata_of,
    rubles,
    section,
)
from localstack.standins.yookassa.payments import NotAsked
from localstack.standins.yookassa.problems import Problem, invalid

KIND = "payout"
LOW_KOPECKS = 1_00
HIGH_KOPECKS = 500_000_00
BANKS = [
    {"bank_id": "100000000004", "name": "Т-Банк", "bic": "044525974"},
    {"bank_id": "100000000007", "name": "Райффайзенбанк", "bic": "044525700"},
    {"bank_id": "100000000111", "name": "Сбербанк", "bic": "044525225"},
]
#: Switch "payouts": succeed, hold, or a cancellation reason that new payouts end with.
PLAN = "payouts"


def create(bank: Bank, body: Document) -> Document:
    kopecks = kopecks_of(body, low=LOW_KOPECKS, high=HIGH_KOPECKS)
    destination = section(body, "payout_destination_data")
    phone, bank_id = destination.get("phone"), destination.get("bank_id")
    if destination.get("type") != "sbp":
        raise invalid("payout_destination_data.type", "Only sbp is served")
    if not isinstance(phone, str) or not PHONE.fullmatch(phone):
        raise invalid("payout_destination_data.phone", "Phone is digits with the country's code")
    if bank_id not in {known["bank_id"] for known in BANKS}:
        raise invalid("payout_destination_data.bank_id", "No such participant of SBP")
    now = bank.clock.now()
    payout = {
        "id": f"po-{new_object_id(now)}",
        "status": "pending",
        "amount": rubles(kopecks),
        "payout_destination": {"type": "sbp", "phone": phone, "bank_id": bank_id},
        **description_of(body),
        "created_at": stamp(now),
        "metadata": metadata_of(body),
        "test": True,
    }
    held = bank.switch(PLAN, "succeed") == "hold"
    bank.add(KIND, payout, due_at=None if held else now + bank.options.payout_delay)
    bank.wake.set()
    return payout


def get(bank: Bank, payout_id: str) -> Document:
    payout = bank.find(KIND, payout_id)
    if payout is None:
        raise Problem(404, "Payout doesn't exist")
    return payout


def finish(bank: Bank, payout_id: str) -> Document:
    """Do what the switch plans for a payout whose moment has come."""
    plan = bank.switch(PLAN, "succeed")
    return succeed(bank, payout_id) if plan in {"succeed", "hold"} else fail(bank, payout_id, reason=plan)


def hold(bank: Bank, payout_id: str) -> Document:
    """Leave it pending until a control decides.

    :raises NotAsked: the payout is final
    """
    with bank.store.transaction():
        payout = _pending(bank, payout_id)
        bank.change(payout)
    return payout


def succeed(bank: Bank, payout_id: str) -> Document:
    """:raises NotAsked: the payout is final"""
    with bank.store.transaction():
        payout = _pending(bank, payout_id)
        payout.update(status="succeeded", succeeded_at=stamp(bank.clock.now()))
        payout["payout_destination"]["sbp_operation_id"] = new_sbp_operation_id()
        bank.change(payout)
        deliveries.announce(bank, "payout.succeeded", payout)
    return payout


def fail(bank: Bank, payout_id: str, *, reason: str) -> Document:
    """:raises NotAsked: the payout is final"""
    with bank.store.transaction():
        payout = _pending(bank, payout_id)
        payout.update(status="canceled", cancellation_details={"party": "payout_network", "reason": reason})
        bank.change(payout)
        deliveries.announce(bank, "payout.canceled", payout)
    return payout


def _pending(bank: Bank, payout_id: str) -> Document:
    payout = get(bank, payout_id)
    if payout["status"] != "pending":
        raise NotAsked(payout["status"])
    return payout
