"""Fiscal receipts through YooKassa: those that came with a payment or refund are looked up, others are asked for.

A receipt carries nothing of ours, so one whose answer was lost is known by what it says: its payment or refund, its
settlement, its sum, and that no other order has it.
"""

from datetime import timedelta
from typing import Final

from shared.adapters.sbp import yookassa_receipt
from shared.adapters.sbp.yookassa_events import OBJECT_ID
from shared.adapters.yookassa_client import Answer, YooKassa, moment_of, money_of, required_word, word_of
from shared.config import yookassa as settings
from shared.kernel.money import Money, total
from shared.ports.fiscal import (
    ReceiptLookup,
    ReceiptOrder,
    ReceiptSense,
    RegisterCapabilities,
    RegisteredReceipt,
    Registration,
    Settlement,
)
from shared.ports.payments import OutcomeUnknown

PATH: Final = "/receipts"
_STATES: Final = {
    "pending": Registration.PENDING,
    "succeeded": Registration.SUCCEEDED,
    "canceled": Registration.CANCELED,
}
_TYPES: Final = {ReceiptSense.INCOME: "payment", ReceiptSense.INCOME_RETURN: "refund"}
_TELLING: Final = (Registration.SUCCEEDED, Registration.PENDING, Registration.UNKNOWN_STATUS)


class YooKassaRegister:
    # 24 hours by the provider's word
    capabilities = RegisterCapabilities(key_life=timedelta(hours=23), offsets_parts=True)

    def __init__(self, account: settings.YooKassaAccount, *, name: str = "yookassa") -> None:
        self.name = name
        self._api = YooKassa.of(account)

    @property
    def lookup(self) -> ReceiptLookup:
        return self

    def with_payment(self, provider_payment_id: str) -> RegisteredReceipt | None:
        made = self._of_payment(provider_payment_id)
        return _most_telling([one for one in made if _is(one, ReceiptSense.INCOME, Settlement.CASHLESS)])

    def with_refund(self, provider_payment_id: str, provider_refund_id: str) -> RegisteredReceipt | None:  # noqa: ARG002 -- the port's
        return _most_telling(self._of_refund(provider_refund_id))

    def register(self, order: ReceiptOrder, *, key: str) -> RegisteredReceipt:
        amount = total([line.amount for line in order.receipt.lines])
        body: dict[str, object] = {
            **yookassa_receipt.receipt_of(order.receipt),
            "type": _TYPES[order.sense],
            "send": True,
            "settlements": [{"type": order.settlement.value, "amount": yookassa_receipt.rubles_of(amount)}],
        }
        if order.sense is ReceiptSense.INCOME:
            body["payment_id"] = order.provider_payment_id
        else:
            body["refund_id"] = order.provider_refund_id
        return read_receipt(self._api.create(PATH, body, key=key))

    def get(self, provider_id: str) -> RegisteredReceipt | None:
        answer = self._api.get(f"{PATH}/{provider_id}")
        return None if answer is None else read_receipt(answer)

    def find(self, order: ReceiptOrder, *, others: frozenset[str]) -> RegisteredReceipt | None:
        if order.sense is ReceiptSense.INCOME:
            made = self._of_payment(order.provider_payment_id)
        else:
            made = self._of_refund(order.provider_refund_id or "")
        amount = total([line.amount for line in order.receipt.lines])
        return _most_telling(
            [
                one
                for one in made
                if _is(one, order.sense, order.settlement)
                and word_of(one, "id") not in others
                and _sum(one) == amount
            ]
        )

    def _of_payment(self, provider_payment_id: str) -> list[Answer]:
        if not OBJECT_ID.fullmatch(provider_payment_id):
            return []
        return self._api.listed(PATH, {"payment_id": provider_payment_id})

    def _of_refund(self, provider_refund_id: str) -> list[Answer]:
        if not OBJECT_ID.fullmatch(provider_refund_id):
            return []
        return self._api.listed(PATH, {"refund_id": provider_refund_id})


def read_receipt(answer: Answer) -> RegisteredReceipt:
    """:raises OutcomeUnknown: the answer lacks what every receipt has"""
    try:
        status = required_word(answer, "status")
        registered_at = answer.get("registered_at")
        return RegisteredReceipt(
            provider_id=required_word(answer, "id"),
            state=_STATES.get(status, Registration.UNKNOWN_STATUS),
            raw_status=status,
            amount=_sum(answer),
            document_number=word_of(answer, "fiscal_document_number"),
            storage_number=word_of(answer, "fiscal_storage_number"),
            attribute=word_of(answer, "fiscal_attribute"),
            registered_at=None if registered_at is None else moment_of(registered_at),
        )
    except ValueError as malformed:
        raise OutcomeUnknown(f"malformed: {malformed}") from None


def _most_telling(made: list[Answer]) -> RegisteredReceipt | None:
    """One that is made, or will be, before one that failed."""
    found = [read_receipt(one) for one in made]
    for state in _TELLING:
        for one in found:
            if one.state is state:
                return one
    return found[0] if found else None


def _is(answer: Answer, sense: ReceiptSense, settlement: Settlement) -> bool:
    parts = answer.get("settlements")
    kinds = [word_of(one, "type") for one in parts] if isinstance(parts, list) else []
    return word_of(answer, "type") == _TYPES[sense] and kinds == [settlement.value]


def _sum(answer: Answer) -> Money:
    """:raises OutcomeUnknown: the items' sums can't be read"""
    items = answer.get("items")
    try:
        return (
            total([money_of(item.get("amount")) for item in items])
            if isinstance(items, list)
            else Money.zero()
        )
    except (ValueError, AttributeError):
        raise OutcomeUnknown("malformed: items") from None
