"""What T-Bank's words mean; numbers come as numbers and as text, so both are read."""

import re
from collections.abc import Mapping
from datetime import datetime

from shared.kernel.money import Money
from shared.ports.payments import PaymentState, ProviderPayment

ID = re.compile(r"[0-9]{1,20}")
_ORDER_ID = re.compile(r"[A-Za-z0-9_-]{1,36}")

#: Paying back leaves a payment paid. REVERSED comes without money: what was held was let go before it was taken.
STATES = {
    "NEW": PaymentState.PENDING,
    "FORM_SHOWED": PaymentState.PENDING,
    "PREAUTHORIZING": PaymentState.PENDING,
    "AUTHORIZING": PaymentState.PENDING,
    "3DS_CHECKING": PaymentState.PENDING,
    "3DS_CHECKED": PaymentState.PENDING,
    "AUTH_FAIL": PaymentState.PENDING,
    "AUTHORIZED": PaymentState.PENDING,
    "PAY_CHECKING": PaymentState.PENDING,
    "CONFIRM_CHECKING": PaymentState.PENDING,
    "CONFIRMING": PaymentState.PENDING,
    "REVERSING": PaymentState.PENDING,
    "CONFIRMED": PaymentState.SUCCEEDED,
    "REFUNDING": PaymentState.SUCCEEDED,
    "ASYNC_REFUNDING": PaymentState.SUCCEEDED,
    "PARTIAL_REFUNDED": PaymentState.SUCCEEDED,
    "REFUNDED": PaymentState.SUCCEEDED,
    "REVERSED": PaymentState.CANCELED,
    "REJECTED": PaymentState.CANCELED,
    "CANCELED": PaymentState.CANCELED,
    "DEADLINE_EXPIRED": PaymentState.CANCELED,
}
_REASONS = {
    "DEADLINE_EXPIRED": "expired_on_confirmation",
    "CANCELED": "canceled_by_merchant",
    "REJECTED": "general_decline",
    "REVERSED": "reversed",
}


def payment_of(
    fields: Mapping[str, object],
    *,
    created_at: datetime | None = None,
    expires_at: datetime | None = None,
) -> ProviderPayment:
    """Read an answer or a message about one payment.

    The bank names neither its charge nor, after a part was paid back, how much: the registry does.

    :raises ValueError: it lacks what every payment has
    """
    status, amount = word_of(fields, "Status"), amount_of(fields.get("Amount"))
    state = STATES.get(status, PaymentState.UNKNOWN_STATUS)
    order_id, deal, url = fields.get("OrderId"), fields.get("SpAccumulationId"), fields.get("PaymentURL")
    return ProviderPayment(
        provider_id=id_of(fields.get("PaymentId")),
        state=state,
        raw_status=status,
        amount=amount,
        currency="RUB",
        income=None,
        refunded=amount if status == "REFUNDED" else Money.zero(),
        url=url if isinstance(url, str) else None,
        intent_id=order_id if isinstance(order_id, str) and _ORDER_ID.fullmatch(order_id) else None,
        created_at=created_at,
        captured_at=None,
        expires_at=expires_at,
        cancellation_reason=_REASONS.get(status),
        bank_deal=None if deal is None else id_of(deal),
    )


def id_of(value: object) -> str:
    """:raises ValueError: not a number of the bank's"""
    written = "" if isinstance(value, bool) else str(value)
    if not ID.fullmatch(written):
        raise ValueError("no id")
    return written


def amount_of(value: object) -> Money:
    """:raises ValueError: not a whole number of kopecks"""
    if isinstance(value, bool) or not isinstance(value, int | str) or not ID.fullmatch(str(value)):
        raise ValueError("no amount")
    return Money(int(value))


def word_of(fields: Mapping[str, object], name: str) -> str:
    """:raises ValueError: not there, or nothing like the bank's words"""
    word = fields.get(name)
    if not isinstance(word, str) or not re.fullmatch(r"[A-Z0-9_]{1,40}", word):
        raise ValueError(f"no {name}")
    return word
