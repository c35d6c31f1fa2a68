"""The chart of accounts (table ``ledger_chart``): one constructor per account that is posted to so far.

An account is its key, ``kind:part:part``; it comes into being when first posted to. Accounts of clients' money have
a floor of zero. Money in transit is kept per payout or refund, so that none can finish with another's money.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

_PROVIDER = re.compile(r"[a-z0-9_]{1,32}")
_BANK_DEAL = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class AccountKind(StrEnum):
    PROVIDER_CLEARING = "provider_clearing"
    PROVIDER_DEAL = "provider_deal"
    PAYOUT_FLOAT = "payout_float"
    CLIENT_BANK = "client_bank"
    PLATFORM_CASH = "platform_cash"
    RECEIVABLE = "receivable"
    ACQUIRING_FEE = "acquiring_fee"
    BAD_DEBT = "bad_debt"
    DEAL_HOLD = "deal_hold"
    PAYABLE = "payable"
    PAYOUT_IN_TRANSIT = "payout_in_transit"
    REFUND_IN_TRANSIT = "refund_in_transit"
    SUSPENSE = "suspense"
    DISPUTE_HOLD = "dispute_hold"
    PLATFORM_FEE = "platform_fee"
    PLATFORM_VAT = "platform_vat"
    OWN_FUNDS = "own_funds"


@dataclass(frozen=True, slots=True, order=True)
class Account:
    key: str

    @property
    def kind(self) -> AccountKind:
        return AccountKind(self.key.partition(":")[0])


def provider_clearing(provider: str) -> Account:
    """What a provider collected and has not settled. :raises ValueError: not a provider's short name"""
    return _account(AccountKind.PROVIDER_CLEARING, _matched(_PROVIDER, provider))


def provider_deal(provider: str, bank_deal: str) -> Account:
    """Money in one deal at the bank; ``bank_deal`` is the bank's id of it."""
    return _account(AccountKind.PROVIDER_DEAL, _matched(_PROVIDER, provider), _matched(_BANK_DEAL, bank_deal))


def payout_float(provider: str) -> Account:
    """What a provider holds for payouts."""
    return _account(AccountKind.PAYOUT_FLOAT, _matched(_PROVIDER, provider))


def client_bank() -> Account:
    """The bank account with clients' money."""
    return _account(AccountKind.CLIENT_BANK)


def platform_cash() -> Account:
    """The platform's own money."""
    return _account(AccountKind.PLATFORM_CASH)


def receivable(owner_id: UUID, split_id: UUID) -> Account:
    """What an owner of a split owes back."""
    return _account(AccountKind.RECEIVABLE, owner_id, split_id)


def acquiring_fee() -> Account:
    """Providers' charges: the platform's cost."""
    return _account(AccountKind.ACQUIRING_FEE)


def bad_debt() -> Account:
    """Debts that will not be repaid: the platform's loss."""
    return _account(AccountKind.BAD_DEBT)


def deal_hold(deal_id: UUID, step_no: int) -> Account:
    """Paid for a step and not released."""
    return _account(AccountKind.DEAL_HOLD, deal_id, step_no)


def payable(owner_id: UUID, split_id: UUID) -> Account:
    """Released to an owner and not paid out."""
    return _account(AccountKind.PAYABLE, owner_id, split_id)


def payout_in_transit(payout_id: UUID) -> Account:
    return _account(AccountKind.PAYOUT_IN_TRANSIT, payout_id)


def refund_in_transit(refund_id: UUID) -> Account:
    return _account(AccountKind.REFUND_IN_TRANSIT, refund_id)


def suspense(payment_id: UUID) -> Account:
    """A payment that fits nothing."""
    return _account(AccountKind.SUSPENSE, payment_id)


def dispute_hold(owner_id: UUID, split_id: UUID) -> Account:
    """Released to an owner, then disputed: nobody's until it is decided."""
    return _account(AccountKind.DISPUTE_HOLD, owner_id, split_id)


def platform_fee() -> Account:
    """The platform's income without its VAT."""
    return _account(AccountKind.PLATFORM_FEE)


def platform_vat() -> Account:
    return _account(AccountKind.PLATFORM_VAT)


def own_funds() -> Account:
    return _account(AccountKind.OWN_FUNDS)


def _account(kind: AccountKind, *parts: object) -> Account:
    return Account(":".join([kind, *(str(part) for part in parts)]))


def _matched(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError("not a part of an account's key")
    return text
