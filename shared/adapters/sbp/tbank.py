"""Collecting money through T-Bank («Т-Касса»): a code that the payer's bank reads, and a page that shows it.

Limits of its papers (November 2026): from 10 roubles, 1 minute to 90 days to pay, no two stages for SBP. Nothing makes
Init safe to repeat, so an order is looked for before each. Everything is signed, so its messages prove what they say.
"""

from datetime import datetime, timedelta
from typing import Final

from shared.adapters.sbp import tbank_events
from shared.adapters.sbp.tbank_client import Answer, Refused, TBank
from shared.adapters.sbp.tbank_reading import ID, STATES, id_of, payment_of
from shared.adapters.sbp.tbank_receipt import receipt_of
from shared.adapters.sbp.telling import most_telling
from shared.config.tbank import TBankTerminal
from shared.kernel.clock import MOSCOW
from shared.kernel.money import Money
from shared.observability import log
from shared.ports.payments import (
    BankEvent,
    Capabilities,
    OutcomeUnknown,
    PaymentOrder,
    PaymentState,
    ProviderPayment,
    ProviderRefused,
)

_DEFAULT_EXPIRY: Final = timedelta(hours=24)
_NO_SUCH_ORDER: Final = "335"
_NO_SUCH_PAYMENT: Final = "255"
#: Less than the bank pays back at all. Of an open payment it is ignored, and one that was paid a moment ago is then
#: refused and not paid back.
_NEVER_PAID_BACK: Final = 1
_CANCELLED: Final = "CANCELED"

CAPABILITIES: Final = Capabilities(
    least=Money(10_00),
    most=Money(1_000_000_00),
    settable_expiry=(timedelta(minutes=1), timedelta(days=90)),
    default_expiry=_DEFAULT_EXPIRY,
    cancels_open=True,
    partial_refunds=True,
    key_life=None,
    needs_confirmation=False,
    bank_deals=True,
    fiscal_receipts=True,
)


class TBankPayments:
    def __init__(self, terminal: TBankTerminal) -> None:
        self.name = terminal.name
        self.capabilities = CAPABILITIES._replace(bank_deals=terminal.deal_type is not None)
        self._terminal = terminal
        self._api = TBank(terminal)

    def open_deal(self) -> str:
        if self._terminal.deal_type is None:
            raise ProviderRefused("no_deals")
        try:
            answer = self._api.ask("createSpDeal", SpDealType=self._terminal.deal_type)
            return id_of(answer.get("SpAccumulationId"))
        except Refused as refused:
            raise refused.for_good() from None
        except ValueError as malformed:
            raise OutcomeUnknown(f"malformed: {malformed}") from None

    def create(self, order: PaymentOrder, *, key: str) -> ProviderPayment:  # noqa: ARG002 -- the bank knows no keys
        expires_at = order.expires_at or order.created_at + _DEFAULT_EXPIRY
        found = self.find(order.intent_id, created_after=order.created_at)
        if found is not None:
            # Paid with another sum it is still this order's payment; open with another it is nothing to pay by.
            if found.state is PaymentState.PENDING and found.amount != order.amount:
                raise OutcomeUnknown("order_known_with_another_amount")
            return found._replace(expires_at=expires_at)
        return self._with_code(self._init(order, expires_at))

    def get(self, provider_id: str) -> ProviderPayment | None:
        if not ID.fullmatch(provider_id):
            return None
        try:
            payment = _read(self._api.ask("GetState", PaymentId=provider_id))
        except Refused as refused:
            if refused.code == _NO_SUCH_PAYMENT:
                return None
            raise OutcomeUnknown(f"code_{refused.code}") from None
        if payment.provider_id != provider_id:
            raise OutcomeUnknown("another_payment")
        return payment

    def find(self, intent_id: str, *, created_after: datetime) -> ProviderPayment | None:
        try:
            answer = self._api.ask("CheckOrder", OrderId=intent_id)
        except Refused as refused:
            if refused.code == _NO_SUCH_ORDER:
                return None
            raise OutcomeUnknown(f"code_{refused.code}") from None
        one = most_telling(_listed(answer), lambda each: each[1])
        if one is None:
            return None
        payment = self.get(one[0])
        if payment is None or payment.intent_id != intent_id:
            raise OutcomeUnknown("listed_and_not_known")
        return self._with_code(payment._replace(created_at=created_after))

    def cancel(self, provider_id: str) -> ProviderPayment:
        before = self.get(provider_id)
        if before is None or before.state is not PaymentState.PENDING:
            raise ProviderRefused("not_open" if before is None else before.raw_status.lower())
        try:
            answer = self._api.ask("Cancel", PaymentId=provider_id, Amount=_NEVER_PAID_BACK)
        except Refused as refused:
            raise refused.for_good() from None
        if answer.get("Status") != _CANCELLED:
            raise OutcomeUnknown("not_cancelled")
        return before._replace(
            state=PaymentState.CANCELED, raw_status=_CANCELLED, cancellation_reason="canceled_by_merchant"
        )

    def parse(self, body: bytes) -> BankEvent:
        return tbank_events.parse(body, self._terminal)

    def _init(self, order: PaymentOrder, expires_at: datetime) -> ProviderPayment:
        try:
            answer = self._api.ask("Init", **self._words(order))
        except Refused as refused:
            raise refused.for_good() from None
        made = _read(answer, created_at=order.created_at, expires_at=expires_at)
        if made.amount != order.amount or made.intent_id != order.intent_id:
            raise OutcomeUnknown("another_payment")
        return made

    def _words(self, order: PaymentOrder) -> dict[str, object]:
        words: dict[str, object] = {
            "Amount": order.amount.kopecks,
            "OrderId": order.intent_id,
            "Description": order.description,
            "PayType": "O",
            "SuccessURL": order.return_url,
            "FailURL": order.return_url,
        }
        if order.expires_at is not None:
            until = order.expires_at.astimezone(MOSCOW)
            words["RedirectDueDate"] = until.isoformat(timespec="seconds")
        if order.receipt is not None:
            words["Receipt"] = receipt_of(order.receipt)
        return words | self._deal(order)

    def _deal(self, order: PaymentOrder) -> dict[str, object]:
        if order.bank_deal is not None:
            words: dict[str, object] = {"DealId": order.bank_deal}
        elif self._terminal.deal_type is not None:
            words = {"CreateDealWithType": self._terminal.deal_type}
        else:
            return {}
        if self._terminal.recipient_id is not None:
            words["PaymentRecipientId"] = self._terminal.recipient_id
        return words

    def _with_code(self, payment: ProviderPayment) -> ProviderPayment:
        """The code's content beside the page's address, or in its place; a payment is payable without it too."""
        if payment.state is not PaymentState.PENDING:
            return payment
        try:
            code = self._api.ask("GetQr", PaymentId=payment.provider_id, DataType="PAYLOAD").get("Data")
        except (Refused, OutcomeUnknown) as missed:
            log.write("payment_code_missed", level="warning", provider=self.name, reason=str(missed))
            return payment
        if not isinstance(code, str) or not code.startswith("https://"):
            return payment
        return payment._replace(url=payment.url or code, qr_payload=code)


def _read(
    answer: Answer, *, created_at: datetime | None = None, expires_at: datetime | None = None
) -> ProviderPayment:
    try:
        return payment_of(answer, created_at=created_at, expires_at=expires_at)
    except ValueError as malformed:
        raise OutcomeUnknown(f"malformed: {malformed}") from None


def _listed(answer: Answer) -> list[tuple[str, PaymentState]]:
    """Id and state of all payments of an order, newest first; ids grow with time."""
    listed = answer.get("Payments")
    if not isinstance(listed, list):
        raise OutcomeUnknown("not_a_list")
    try:
        found = [
            (id_of(one["PaymentId"]), STATES.get(str(one["Status"]), PaymentState.UNKNOWN_STATUS))
            for one in listed
        ]
    except (KeyError, TypeError, ValueError):
        raise OutcomeUnknown("malformed_list") from None
    return sorted(found, key=lambda one: int(one[0]), reverse=True)
