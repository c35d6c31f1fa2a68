"""Each provider as the contract's tests see it: its adapters, and what happens at the bank."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_refunds import TBankRefunds
from shared.adapters.sbp.yookassa import YooKassaPayments
from shared.adapters.sbp.yookassa_refunds import YooKassaRefunds
from shared.config.tbank import TBankTerminal
from shared.config.yookassa import YooKassaAccount
from shared.kernel.money import Money, total
from shared.ports.payments import PaymentOrder, PaymentProvider, RefundProvider
from tests.adapters.tbank import bankside as tbank
from tests.adapters.yookassa import bankside as yookassa

#: the contract's word for an operation, and the stand-in's
Operations = Mapping[str, str]
Account = TypeVar("Account", TBankTerminal, YooKassaAccount)


class Side(Protocol):
    """One provider and its stand-in."""

    @property
    def name(self) -> str: ...

    @property
    def operations(self) -> Operations: ...

    def payments(self, *, timeout_seconds: int = 5, url: str | None = None) -> PaymentProvider: ...

    def spoil(self, kind: str, operation: str, *, seconds: int = 30) -> None:
        """:param operation: the contract's word"""
        ...

    def pay(self, provider_id: str, *, amount: Money | None = None, late: bool = False) -> None: ...

    def expire(self, provider_id: str) -> None: ...

    def decline(self, provider_id: str) -> None:
        """Until nothing can be paid any more."""
        ...

    def made_for(self, order: PaymentOrder) -> list[str]:
        """Ids of the payments that the bank has for an order."""
        ...


class RefundingSide(Side, Protocol):
    """One that pays back too."""

    def refunds(self, *, timeout_seconds: int = 5) -> RefundProvider: ...

    def hold_refunds(self) -> None:
        """From now on refunds are taken first, and end later."""
        ...

    def end_refund(self, payment_id: str, *, well: bool) -> None:
        """The one that a payment has on its way."""
        ...

    def paid_back(self, provider_id: str) -> Money:
        """What the bank paid back of a payment."""
        ...


@dataclass(frozen=True)
class YooKassaSide:
    bank: yookassa.BankSide

    @property
    def name(self) -> str:
        return "yookassa"

    @property
    def operations(self) -> Operations:
        return {
            "create": "payments.create",
            "get": "payments.get",
            "find": "payments.list",
            "refund": "refunds.create",
            "find_refund": "refunds.list",
        }

    def payments(self, *, timeout_seconds: int = 5, url: str | None = None) -> PaymentProvider:
        return YooKassaPayments(_at(self.bank.shop(timeout_seconds=timeout_seconds), url))

    def spoil(self, kind: str, operation: str, *, seconds: int = 30) -> None:
        self.bank.spoil(kind, self.operations[operation], seconds=seconds)

    def pay(self, provider_id: str, *, amount: Money | None = None, late: bool = False) -> None:
        fields = {} if amount is None else {"amount": amount.to_rubles()}
        self.bank.ask(f"payments/{provider_id}/pay", late=late, **fields)

    def expire(self, provider_id: str) -> None:
        self.bank.ask(f"payments/{provider_id}/expire")

    def decline(self, provider_id: str) -> None:
        self.bank.ask(f"payments/{provider_id}/fail")

    def made_for(self, order: PaymentOrder) -> list[str]:
        return [
            one["id"]
            for one in self.bank.see("payments")
            if one["metadata"].get("intent_id") == order.intent_id
        ]

    def refunds(self, *, timeout_seconds: int = 5) -> RefundProvider:
        return YooKassaRefunds(self.bank.shop(timeout_seconds=timeout_seconds))

    def hold_refunds(self) -> None:
        self.bank.ask("refunds/plan", plan="hold")

    def end_refund(self, payment_id: str, *, well: bool) -> None:
        held = [one for one in self.bank.see("refunds") if one["payment_id"] == payment_id]
        (one,) = [one["id"] for one in held if one["status"] == "pending"]
        self.bank.ask(f"refunds/{one}/{'succeed' if well else 'fail'}")

    def paid_back(self, provider_id: str) -> Money:
        sums = [
            Money.from_rubles(one["amount"]["value"])
            for one in self.bank.see("refunds")
            if one["payment_id"] == provider_id and one["status"] == "succeeded"
        ]
        return total(sums)


@dataclass(frozen=True)
class TBankSide:
    bank: tbank.BankSide
    #: whether its Cancel heeds ExternalRequestId for SBP: the papers differ
    knows_refund_ids: bool = True

    @property
    def name(self) -> str:
        return "tbank"

    @property
    def operations(self) -> Operations:
        return {
            "create": "Init",
            "get": "GetState",
            "find": "CheckOrder",
            "refund": "Cancel",
            "find_refund": "GetState",
        }

    def payments(self, *, timeout_seconds: int = 5, url: str | None = None) -> PaymentProvider:
        return TBankPayments(_at(self.bank.terminal(timeout_seconds=timeout_seconds), url))

    def hold_refunds(self) -> None:
        self.bank.ask("switches", refunds="later")

    def end_refund(self, payment_id: str, *, well: bool) -> None:
        held = [one for one in self.bank.see("refunds") if str(one["payment_id"]) == payment_id]
        (one,) = [one["id"] for one in held if one["state"] == "pending"]
        self.bank.ask(f"refunds/{one}/{'finish' if well else 'fail'}")

    def refunds(self, *, timeout_seconds: int = 5) -> RefundProvider:
        if not self.knows_refund_ids:
            self.bank.ask("switches", refund_ids="ignored")
        return TBankRefunds(self.bank.terminal(timeout_seconds=timeout_seconds))

    def spoil(self, kind: str, operation: str, *, seconds: int = 30) -> None:
        self.bank.spoil(kind, self.operations[operation], seconds=seconds)

    def pay(self, provider_id: str, *, amount: Money | None = None, late: bool = False) -> None:
        fields = {} if amount is None else {"amount": amount.kopecks}
        self.bank.pay(provider_id, late=late, **fields)

    def expire(self, provider_id: str) -> None:
        self.bank.ask(f"payments/{provider_id}/expire")

    def decline(self, provider_id: str) -> None:
        for _ in range(3):
            self.bank.ask(f"payments/{provider_id}/fail")

    def made_for(self, order: PaymentOrder) -> list[str]:
        return [one["PaymentId"] for one in self.bank.made_for(order.intent_id)]

    def paid_back(self, provider_id: str) -> Money:
        sums = [
            Money(one["amount"])
            for one in self.bank.see("refunds")
            if str(one["payment_id"]) == provider_id and one["state"] == "done"
        ]
        return total(sums)


def _at(account: Account, url: str | None) -> Account:
    return account if url is None else replace(account, base_url=url)
