"""Collecting money through YooKassa: a redirect to its page, which shows the code or opens the payer's bank.

Limits of the standard terms (November 2026): 1 to 700 000 roubles, one hour to pay, no two-stage payments.
"""

from datetime import datetime, timedelta

from shared.adapters.sbp import yookassa_receipt
from shared.adapters.sbp.telling import most_telling
from shared.adapters.sbp.yookassa_events import OBJECT_ID, parse
from shared.adapters.yookassa_client import Answer, YooKassa, moment_of, money_of, required_word, word_of
from shared.config import yookassa as settings
from shared.kernel.money import Money
from shared.ports.payments import (
    BankEvent,
    Capabilities,
    OutcomeUnknown,
    PaymentOrder,
    PaymentState,
    ProviderPayment,
    ProviderRefused,
)

PATH = "/payments"
#: The provider names no expiry for SBP; its page gives the payer an hour.
WINDOW = timedelta(hours=1)
STATES = {
    "pending": PaymentState.PENDING,
    "succeeded": PaymentState.SUCCEEDED,
    "canceled": PaymentState.CANCELED,
}


CAPABILITIES = Capabilities(
    least=Money(1_00),
    most=Money(700_000_00),
    settable_expiry=None,
    default_expiry=WINDOW,
    cancels_open=False,
    partial_refunds=True,
    # 24 hours by its word; a repeat after that is a second payment
    key_life=timedelta(hours=23),
    needs_confirmation=True,
    bank_deals=False,
    fiscal_receipts=True,
)


class YooKassaPayments:
    capabilities = CAPABILITIES

    def __init__(self, account: settings.YooKassaAccount, *, name: str = "yookassa") -> None:
        self.name = name
        self._api = YooKassa.of(account)

    def open_deal(self) -> str:
        raise ProviderRefused("no_deals")  # its deals take every way to pay but SBP

    def create(self, order: PaymentOrder, *, key: str) -> ProviderPayment:
        body: dict[str, object] = {
            "amount": yookassa_receipt.rubles_of(order.amount),
            "capture": True,
            "description": order.description,
            "payment_method_data": {"type": "sbp"},
            "confirmation": {"type": "redirect", "return_url": order.return_url},
            "metadata": {"intent_id": order.intent_id},
        }
        if order.receipt is not None:
            body["receipt"] = yookassa_receipt.receipt_of(order.receipt)
        return read_payment(self._api.create(PATH, body, key=key))

    def get(self, provider_id: str) -> ProviderPayment | None:
        if not OBJECT_ID.fullmatch(provider_id):
            return None
        answer = self._api.get(f"{PATH}/{provider_id}")
        return None if answer is None else read_payment(answer)

    def find(self, intent_id: str, *, created_after: datetime) -> ProviderPayment | None:
        answers = self._api.newest_first(PATH, created_after=created_after)
        ours = [read_payment(one) for one in answers if word_of(one, "metadata", "intent_id") == intent_id]
        return most_telling(ours, lambda payment: payment.state)

    def cancel(self, provider_id: str) -> ProviderPayment:  # noqa: ARG002 -- the port's
        raise ProviderRefused("not_cancellable")  # one-stage payments only end or expire

    def parse(self, body: bytes) -> BankEvent:
        return parse(body)


def read_payment(answer: Answer) -> ProviderPayment:
    """:raises OutcomeUnknown: the answer lacks what every payment has"""
    try:
        status = required_word(answer, "status")
        created_at = moment_of(answer.get("created_at"))
        income, refunded = answer.get("income_amount"), answer.get("refunded_amount")
        captured_at, expires_at = answer.get("captured_at"), answer.get("expires_at")
        return ProviderPayment(
            provider_id=required_word(answer, "id"),
            state=STATES.get(status, PaymentState.UNKNOWN_STATUS),
            raw_status=status,
            amount=money_of(answer.get("amount")),
            currency=required_word(answer, "amount", "currency"),
            income=None if income is None else money_of(income),
            refunded=Money.zero() if refunded is None else money_of(refunded),
            url=word_of(answer, "confirmation", "confirmation_url"),
            intent_id=word_of(answer, "metadata", "intent_id"),
            created_at=created_at,
            captured_at=None if captured_at is None else moment_of(captured_at),
            expires_at=created_at + WINDOW if expires_at is None else moment_of(expires_at),
            cancellation_reason=word_of(answer, "cancellation_details", "reason"),
        )
    except ValueError as malformed:
        raise OutcomeUnknown(f"malformed: {malformed}") from None
