"""YooKassa's registry of a day, from its lists: payments by the time of capture, refunds by the time of making.

Its lists hold what was made within three years, at most a hundred objects a page.
"""

from datetime import date, timedelta

from shared.adapters.sbp.yookassa import PATH, read_payment
from shared.adapters.sbp.yookassa_events import OBJECT_ID
from shared.adapters.yookassa_client import Answer, YooKassa, moment_of, money_of, required_word
from shared.config.yookassa import YooKassaAccount
from shared.kernel.clock import iso, moscow_midnight
from shared.kernel.money import Money
from shared.ports.payments import OutcomeUnknown
from shared.ports.registry import RegistryKind, RegistryLine

REFUNDS_PATH = "/refunds"


class YooKassaRegistry:
    def __init__(self, name: str, account: YooKassaAccount) -> None:
        self.name = name
        self._api = YooKassa.of(account)

    def lines(self, day: date) -> list[RegistryLine]:
        since, until = iso(moscow_midnight(day)), iso(moscow_midnight(day + timedelta(days=1)))
        payments = self._api.listed(
            PATH, {"status": "succeeded", "captured_at.gte": since, "captured_at.lt": until}
        )
        refunds = self._api.listed(
            REFUNDS_PATH, {"status": "succeeded", "created_at.gte": since, "created_at.lt": until}
        )
        return [_payment(each) for each in payments] + [_refund(each) for each in refunds]


def _payment(answer: Answer) -> RegistryLine:
    payment = read_payment(answer)
    if not OBJECT_ID.fullmatch(payment.provider_id):
        raise OutcomeUnknown("malformed: no id")
    if payment.captured_at is None or payment.currency != "RUB":
        raise OutcomeUnknown("not a payment in roubles that was captured")
    income = payment.amount if payment.income is None else payment.income
    return RegistryLine(
        operation_id=payment.provider_id,
        kind=RegistryKind.PAYMENT,
        payment_id=payment.provider_id,
        order_id=payment.intent_id,
        amount=payment.amount,
        charge=payment.amount - income,
        occurred_at=payment.captured_at,
    )


def _refund(answer: Answer) -> RegistryLine:
    try:
        return RegistryLine(
            operation_id=_id(required_word(answer, "id")),
            kind=RegistryKind.REFUND,
            payment_id=_id(required_word(answer, "payment_id")),
            order_id=None,
            amount=money_of(answer.get("amount")),
            # The charge on a payment isn't given back, and a refund costs none.
            charge=Money.zero(),
            occurred_at=moment_of(answer.get("created_at")),
        )
    except ValueError as malformed:
        raise OutcomeUnknown(f"malformed: {malformed}") from None


def _id(word: str) -> str:
    if not OBJECT_ID.fullmatch(word):
        raise ValueError("no id")
    return word
