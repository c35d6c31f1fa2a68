"""Outside services that live in a test's memory and misbehave on command; they keep to the ports."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from shared.adapters.sbp.yookassa import CAPABILITIES
from shared.kernel.clock import utc_now
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
from shared.ports.payouts import PayoutOrder, PayoutState, ProviderPayout, SbpBank

#: a terminal on the other rail: no keys, links can be taken back, the money lies in a deal at the bank
DEALS: Final = CAPABILITIES._replace(
    key_life=None, cancels_open=True, bank_deals=True, default_expiry=timedelta(hours=24)
)


@dataclass
class FakeCollector:
    """Payments by key; a fault is raised before or after the payment is kept, or when it is asked about."""

    name: str = "yookassa"
    capabilities: Capabilities = CAPABILITIES
    payments: dict[str, ProviderPayment] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    before: Exception | None = None
    after: Exception | None = None
    asked: Exception | None = None
    silent: bool = False
    creates: int = 0
    deals: int = 0
    orders: list[PaymentOrder] = field(default_factory=list)

    def open_deal(self) -> str:
        self._answer()
        self.deals += 1
        return f"bank-deal-{self.deals}"

    def create(self, order: PaymentOrder, *, key: str) -> ProviderPayment:
        self.creates += 1
        self.orders.append(order)
        _raise(self, "before")
        if self.capabilities.key_life is None or key not in self.keys:
            self.keys[key] = self._new(order).provider_id
        made = self.payments[self.keys[key]]
        _raise(self, "after")
        return made

    def get(self, provider_id: str) -> ProviderPayment | None:
        _raise(self, "asked")
        self._answer()
        return self.payments.get(provider_id)

    def find(self, intent_id: str, *, created_after: datetime) -> ProviderPayment | None:
        self._answer()
        return next((one for one in self.payments.values() if one.intent_id == intent_id), None)

    def parse(self, body: bytes) -> BankEvent:
        kind, _, object_id = body.decode().partition(":")
        return BankEvent(body.decode(), kind, object_id)

    def pay(self, provider_id: str, **changes: object) -> ProviderPayment:
        """The payer's bank says yes; 0.7 % is the charge."""
        payment = self.payments[provider_id]
        paid = payment._replace(state=PaymentState.SUCCEEDED, raw_status="succeeded", captured_at=utc_now())
        paid = paid._replace(**changes)  # type: ignore[arg-type]
        charge = paid.amount.share(70)
        self.payments[provider_id] = paid._replace(income=paid.amount - charge)
        return self.payments[provider_id]

    def _answer(self) -> None:
        if self.silent:
            raise OutcomeUnknown("silence")

    def cancel(self, provider_id: str, reason: str = "expired_on_confirmation") -> ProviderPayment:
        """At the product's wish, or the provider's own."""
        self._answer()
        if self.payments[provider_id].state is not PaymentState.PENDING:
            raise ProviderRefused("not_open")
        self.payments[provider_id] = self.payments[provider_id]._replace(
            state=PaymentState.CANCELED, raw_status="canceled", cancellation_reason=reason
        )
        return self.payments[provider_id]

    def foreign(self, amount: Money, intent_id: str | None = None) -> ProviderPayment:
        """A payment that nobody here asked for."""
        order = PaymentOrder(intent_id or "elsewhere", amount, "", "https://example.test", utc_now())
        return self._new(order)

    def _new(self, order: PaymentOrder) -> ProviderPayment:
        payment = ProviderPayment(
            provider_id=str(uuid4()),
            state=PaymentState.PENDING,
            raw_status="pending",
            amount=order.amount,
            currency="RUB",
            income=None,
            refunded=Money.zero(),
            url="https://pay.example.test/checkout",
            intent_id=order.intent_id,
            created_at=utc_now(),
            captured_at=None,
            expires_at=utc_now() + timedelta(hours=1),
            cancellation_reason=None,
        )
        self.payments[payment.provider_id] = payment
        return payment


@dataclass
class FakePayer:
    """Payouts by key; ``plan`` makes the answer of a new payout out of a pending one."""

    name: str = "yookassa"
    payouts: dict[str, ProviderPayout] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    orders: list[PayoutOrder] = field(default_factory=list)
    plan: Callable[[ProviderPayout], ProviderPayout] = lambda payout: payout
    before: BaseException | None = None
    after: BaseException | None = None
    silent: bool = False

    def banks(self) -> list[SbpBank]:
        return []

    def create(self, order: PayoutOrder, *, key: str) -> ProviderPayout:
        _raise(self, "before")
        if key not in self.keys:
            self.orders.append(order)
            payout = self.plan(
                ProviderPayout(
                    f"po-{uuid4()}",
                    PayoutState.PENDING,
                    "pending",
                    order.amount,
                    order.payout_id,
                    utc_now(),
                    None,
                    None,
                )
            )
            self.keys[key] = payout.provider_id
            self.payouts[payout.provider_id] = payout
        made = self.payouts[self.keys[key]]
        _raise(self, "after")
        return made

    def get(self, provider_id: str) -> ProviderPayout | None:
        if self.silent:
            raise OutcomeUnknown("silence")
        return self.payouts.get(provider_id)

    def find(self, payout_id: str, *, created_after: datetime) -> ProviderPayout | None:
        if self.silent:
            raise OutcomeUnknown("silence")
        return next((one for one in self.payouts.values() if one.payout_id == payout_id), None)

    def succeed(self, provider_id: str) -> None:
        self.payouts[provider_id] = succeeded(self.payouts[provider_id])

    def cancel(self, provider_id: str) -> None:
        self.payouts[provider_id] = canceled(self.payouts[provider_id])


def succeeded(payout: ProviderPayout) -> ProviderPayout:
    return payout._replace(state=PayoutState.SUCCEEDED, raw_status="succeeded", succeeded_at=utc_now())


def canceled(payout: ProviderPayout) -> ProviderPayout:
    return payout._replace(
        state=PayoutState.CANCELED, raw_status="canceled", cancellation_reason="general_decline"
    )


def _raise(service: FakeCollector | FakePayer, moment: str) -> None:
    fault: BaseException | None = getattr(service, moment)
    if fault is not None:
        setattr(service, moment, None)
        raise fault
