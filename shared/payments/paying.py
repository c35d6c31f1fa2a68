"""What whoever holds the link to a payment sees: the sum, the code, how it stands. Nothing personal."""

from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple

from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.payments.errors import IntentNotPayable
from shared.payments.models import IntentStatus, PaymentIntent
from shared.payments.pay_links import intent_by


class PayState(StrEnum):
    PREPARING = "preparing"  # the bank hasn't said yet by what one can pay
    WAITING = "waiting"
    CHECKING = "checking"  # its time is over, and the bank hasn't said yet how it ended
    PAID = "paid"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    FAILED = "failed"


#: what happens next, for people
NEXT: Final = {
    PayState.PREPARING: "Ссылка готовится: обновите страницу через минуту.",
    PayState.WAITING: "Отсканируйте код или откройте ссылку в приложении банка и подтвердите перевод.",
    PayState.CHECKING: "Время на оплату вышло: мы узнаём у банка, прошёл ли перевод. Не платите второй раз.",
    PayState.PAID: "Оплата получена, больше ничего делать не нужно: чек придёт отдельно.",
    PayState.EXPIRED: "Время на оплату вышло: попросите агента прислать новую ссылку.",
    PayState.CANCELLED: "Ссылку отозвали: не платите по ней и попросите агента прислать новую.",
    PayState.FAILED: "Банк не принял эту оплату: попросите агента прислать новую ссылку.",
}
_STATES: Final = {
    IntentStatus.CREATED: PayState.PREPARING,
    IntentStatus.PENDING: PayState.WAITING,
    IntentStatus.PAID: PayState.PAID,
    IntentStatus.EXPIRED: PayState.EXPIRED,
    IntentStatus.CANCELLED: PayState.CANCELLED,
    IntentStatus.FAILED: PayState.FAILED,
}


class PayPage(NamedTuple):
    """:ivar code: what the QR code holds; like the address, only while one can pay by it"""

    amount: Money
    state: PayState
    url: str | None
    qr_payload: str | None
    code: str | None
    expires_at: datetime | None
    seconds_left: int | None


def page_of(session: Session, token: str, *, now: datetime) -> PayPage:
    """:raises IntentNotFound: no such link"""
    intent = intent_by(session, token)
    state = state_of(intent, now)
    if state is not PayState.WAITING:
        return PayPage(intent.amount_kopecks, state, None, None, None, intent.expires_at, None)
    left = None if intent.expires_at is None else int((intent.expires_at - now).total_seconds())
    return PayPage(
        intent.amount_kopecks,
        state,
        intent.url,
        intent.qr_payload,
        intent.qr_payload or intent.url,
        intent.expires_at,
        left,
    )


def state_of(intent: PaymentIntent, now: datetime) -> PayState:
    state = _STATES[intent.status]
    if state in {PayState.PREPARING, PayState.WAITING} and intent.cancel_asked_at is not None:
        return PayState.CANCELLED
    if state is not PayState.WAITING:
        return state
    if intent.expires_at is not None and intent.expires_at <= now:
        return PayState.CHECKING
    return PayState.PREPARING if intent.url is None and intent.qr_payload is None else state


def code_of(intent: PaymentIntent, now: datetime) -> str:
    """What the QR code holds: the provider's own payload, or the address of its page.

    :raises IntentNotPayable: nobody can pay by it now
    """
    code = intent.qr_payload or intent.url
    if code is None or state_of(intent, now) is not PayState.WAITING:
        raise IntentNotPayable
    return code
