"""Paying back through YooKassa: to the instrument that paid, whole or in parts, within three years.

The provider keeps its charge. A refund is final at once or by the next day; it carries our id as metadata, by which
one whose answer was lost is found among its payment's.
"""

from typing import Final

from shared.adapters.sbp import yookassa_receipt
from shared.adapters.sbp.yookassa import CAPABILITIES
from shared.adapters.sbp.yookassa_events import OBJECT_ID
from shared.adapters.yookassa_client import Answer, YooKassa, moment_of, money_of, required_word, word_of
from shared.config import yookassa as settings
from shared.ports.payments import OutcomeUnknown, ProviderRefund, RefundOrder, RefundState

PATH: Final = "/refunds"
STATES: Final = {
    "pending": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "canceled": RefundState.CANCELED,
}


class YooKassaRefunds:
    capabilities = CAPABILITIES

    def __init__(self, account: settings.YooKassaAccount, *, name: str = "yookassa") -> None:
        self.name = name
        self._api = YooKassa.of(account)

    def refund(self, order: RefundOrder, *, key: str) -> ProviderRefund:
        body: dict[str, object] = {
            "payment_id": order.provider_payment_id,
            "amount": yookassa_receipt.rubles_of(order.amount),
            "description": order.description,
            "metadata": {"refund_id": order.refund_id},
        }
        if order.receipt is not None:
            body["receipt"] = yookassa_receipt.receipt_of(order.receipt)
        return read_refund(self._api.create(PATH, body, key=key))

    def find_refund(self, order: RefundOrder, *, provider_id: str | None) -> ProviderRefund | None:
        if provider_id is None:
            made = self._api.newest_first(
                PATH, created_after=order.created_at, payment_id=order.provider_payment_id
            )
            return next((read_refund(one) for one in made if _is_for(one, order)), None)
        if not OBJECT_ID.fullmatch(provider_id):
            return None
        answer = self._api.get(f"{PATH}/{provider_id}")
        return read_refund(answer) if answer is not None and _is_for(answer, order) else None


def read_refund(answer: Answer) -> ProviderRefund:
    """:raises OutcomeUnknown: the answer lacks what every refund has, or is not in roubles"""
    if word_of(answer, "amount", "currency") != "RUB":
        raise OutcomeUnknown("not in roubles")
    try:
        status = required_word(answer, "status")
        created_at = answer.get("created_at")
        return ProviderRefund(
            provider_id=required_word(answer, "id"),
            provider_payment_id=required_word(answer, "payment_id"),
            state=STATES.get(status, RefundState.UNKNOWN_STATUS),
            raw_status=status,
            amount=money_of(answer.get("amount")),
            created_at=None if created_at is None else moment_of(created_at),
            cancellation_reason=word_of(answer, "cancellation_details", "reason"),
        )
    except ValueError as malformed:
        raise OutcomeUnknown(f"malformed: {malformed}") from None


def _is_for(answer: Answer, order: RefundOrder) -> bool:
    return word_of(answer, "metadata", "refund_id") == order.refund_id
