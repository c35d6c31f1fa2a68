"""A provider of refunds that lives in a test's memory and misbehaves on command; it keeps to the port."""

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import uuid4

from shared.adapters.sbp.yookassa import CAPABILITIES
from shared.kernel.clock import utc_now
from shared.ports.payments import (
    Capabilities,
    OutcomeUnknown,
    ProviderRefund,
    RefundOrder,
    RefundState,
    Undecided,
)


def succeeded(refund: ProviderRefund) -> ProviderRefund:
    return refund._replace(state=RefundState.SUCCEEDED, raw_status="succeeded")


def pending(refund: ProviderRefund) -> ProviderRefund:
    return refund


def canceled(reason: str) -> Callable[[ProviderRefund], ProviderRefund]:
    return lambda refund: refund._replace(
        state=RefundState.CANCELED, raw_status="canceled", cancellation_reason=reason
    )


@dataclass
class FakeRefunder:
    """Refunds by key; ``plan`` makes the answer of a new refund out of a pending one."""

    name: str = "yookassa"
    capabilities: Capabilities = CAPABILITIES
    refunds: dict[str, ProviderRefund] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    orders: dict[str, RefundOrder] = field(default_factory=dict)
    plan: Callable[[ProviderRefund], ProviderRefund] = succeeded
    before: BaseException | None = None
    after: BaseException | None = None
    silent: bool = False
    #: something is being refunded, and nobody says for whom
    undecided: bool = False

    def refund(self, order: RefundOrder, *, key: str) -> ProviderRefund:
        self._raise("before")
        if key not in self.keys:
            made = self.plan(
                ProviderRefund(
                    str(uuid4()),
                    order.provider_payment_id,
                    RefundState.PENDING,
                    "pending",
                    order.amount,
                    utc_now(),
                    None,
                )
            )
            self.keys[key] = made.provider_id
            self.refunds[made.provider_id] = made
            self.orders[made.provider_id] = order
        made = self.refunds[self.keys[key]]
        self._raise("after")
        return made

    def find_refund(self, order: RefundOrder, *, provider_id: str | None) -> ProviderRefund | None:
        if self.silent:
            raise OutcomeUnknown("silence")
        if self.undecided:
            raise Undecided("whose")
        for made_id, made_for in self.orders.items():
            if made_for.refund_id == order.refund_id and provider_id in {None, made_id}:
                return self.refunds[made_id]
        return None

    def finish(self, how: Callable[[ProviderRefund], ProviderRefund] = succeeded) -> str:
        """End the only refund; its id."""
        ((provider_id, made),) = self.refunds.items()
        self.refunds[provider_id] = how(made)
        return provider_id

    def _raise(self, moment: str) -> None:
        fault: BaseException | None = getattr(self, moment)
        if fault is not None:
            setattr(self, moment, None)
            raise fault
