"""What names a destination of money: sealed as JSON under the key of its owner."""

import json
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.organizations.payout_account_models import PayoutAccount, PayoutAccountKind
from shared.security.pii import Sealed
from shared.vault import service as vault
from shared.vault.service import Sealer


class SbpPhone(NamedTuple):
    """``phone`` is E.164, ``bank_id`` the twelve digits by which СБП names a bank."""

    phone: str
    bank_id: str


class BankAccount(NamedTuple):
    """``bik`` of nine digits, ``account`` of twenty whose key fits it, ``holder`` as the bank knows him."""

    bik: str
    account: str
    holder: str


class Card(NamedTuple):
    """``token`` is the payout provider's name of the card, never its number; ``last4`` is for people."""

    token: str
    last4: str


class OwnPhone(NamedTuple):
    """The verified phone of the person who adds it, in this bank."""

    bank_id: str


Details = SbpPhone | BankAccount | Card

_KINDS: Final[dict[PayoutAccountKind, type[Details]]] = {
    PayoutAccountKind.SBP_PHONE: SbpPhone,
    PayoutAccountKind.BANK_ACCOUNT: BankAccount,
    PayoutAccountKind.CARD: Card,
}


def kind_of(details: Details) -> PayoutAccountKind:
    return next(kind for kind, made in _KINDS.items() if isinstance(details, made))


def sealed(session: Session, owner_id: UUID, account_id: UUID, details: Details) -> Sealed:
    return _sealer(session, owner_id, account_id).seal("details", json.dumps(details._asdict()))


def opened(session: Session, account: PayoutAccount) -> Details:
    """:raises KeyDestroyed: the owner's data was erased"""
    owner_id = account.owner_user_id or account.owner_organization_id
    if owner_id is None:
        raise TypeError("the database lets no account be without an owner")
    found: dict[str, Any] = json.loads(
        _sealer(session, owner_id, account.id).open("details", account.details)
    )
    return _KINDS[account.kind](**found)


def _sealer(session: Session, owner_id: UUID, account_id: UUID) -> Sealer:
    return Sealer(vault.key_of(session, owner_id), table=PayoutAccount.__tablename__, row=account_id)
