"""Paying persons out through YooKassa by SBP: phone and bank. 1 to 500 000 roubles at a time, no organizations.

A payout's body holds a phone number: nothing of an answer goes into errors or logs.
"""

from collections.abc import Sequence
from datetime import datetime

from shared.adapters.sbp.yookassa_events import OBJECT_ID
from shared.adapters.yookassa_client import (
    Answer,
    YooKassa,
    items_of,
    moment_of,
    money_of,
    required_word,
    word_of,
)
from shared.config import yookassa as settings
from shared.ports.payments import OutcomeUnknown
from shared.ports.payouts import PayoutOrder, PayoutState, ProviderPayout, SbpBank

PATH = "/payouts"
STATES = {
    "pending": PayoutState.PENDING,
    "succeeded": PayoutState.SUCCEEDED,
    "canceled": PayoutState.CANCELED,
}


class YooKassaPayouts:
    name = "yookassa"

    def __init__(self, account: settings.YooKassaAccount) -> None:
        self._api = YooKassa.of(account)

    def banks(self) -> list[SbpBank]:
        answer = self._api.get("/sbp_banks")
        if answer is None:
            raise OutcomeUnknown("no_banks")
        try:
            return [
                SbpBank(
                    bank_id=required_word(one, "bank_id"),
                    name=required_word(one, "name"),
                    bic=required_word(one, "bic"),
                )
                for one in items_of(answer)
            ]
        except ValueError as malformed:
            raise OutcomeUnknown(f"malformed: {malformed}") from None

    def create(self, order: PayoutOrder, *, key: str) -> ProviderPayout:
        body = {
            "amount": {"value": order.amount.to_rubles(), "currency": "RUB"},
            "payout_destination_data": {
                "type": "sbp",
                "phone": order.phone.removeprefix("+"),
                "bank_id": order.bank_id,
            },
            "description": order.description,
            "metadata": {"payout_id": order.payout_id},
        }
        return read_payout(self._api.create(PATH, body, key=key))

    def get(self, provider_id: str) -> ProviderPayout | None:
        if not OBJECT_ID.fullmatch(provider_id):
            return None
        answer = self._api.get(f"{PATH}/{provider_id}")
        return None if answer is None else read_payout(answer)

    def find(self, payout_id: str, *, created_after: datetime) -> ProviderPayout | None:
        answers = self._api.newest_first(PATH, created_after=created_after)
        ours = [read_payout(one) for one in answers if word_of(one, "metadata", "payout_id") == payout_id]
        return most_telling(ours)


def most_telling(payouts: Sequence[ProviderPayout]) -> ProviderPayout | None:
    """Of several payouts of one id (a key outlived): the one whose money went, else one not ended, else the newest."""
    for state in (PayoutState.SUCCEEDED, PayoutState.UNKNOWN_STATUS, PayoutState.PENDING):
        for payout in payouts:
            if payout.state is state:
                return payout
    return payouts[0] if payouts else None


def read_payout(answer: Answer) -> ProviderPayout:
    """:raises OutcomeUnknown: the answer lacks what every payout has, or isn't in roubles"""
    try:
        status = required_word(answer, "status")
        if required_word(answer, "amount", "currency") != "RUB":
            raise OutcomeUnknown("foreign_currency")
        succeeded_at = answer.get("succeeded_at")
        return ProviderPayout(
            provider_id=required_word(answer, "id"),
            state=STATES.get(status, PayoutState.UNKNOWN_STATUS),
            raw_status=status,
            amount=money_of(answer.get("amount")),
            payout_id=word_of(answer, "metadata", "payout_id"),
            created_at=moment_of(answer.get("created_at")),
            succeeded_at=None if succeeded_at is None else moment_of(succeeded_at),
            cancellation_reason=word_of(answer, "cancellation_details", "reason"),
        )
    except ValueError as malformed:
        raise OutcomeUnknown(f"malformed: {malformed}") from None
