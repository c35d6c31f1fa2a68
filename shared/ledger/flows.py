"""What happens to money, one function per event of the product's table of postings.

Every function posts once per its object: a repeat answers with the first posting. Keys are ``event:object``; a payout
that is tried again is another object for its ledger keys (``attempt``, from one), though its account stays the same.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger import accounts
from shared.ledger.accounts import Account, AccountKind
from shared.ledger.posting import Cause, Kind, Movement, PostingResult, post, post_later


class ReleasedShare(NamedTuple):
    """One owner's part of a step; the executor's contains his VAT."""

    owner_id: UUID
    split_id: UUID
    amount: Money


def own_funds_in(session: Session, *, reference: str, amount: Money, occurred_at: datetime) -> PostingResult:
    """The platform puts in its own money; ``reference`` names the bank's operation."""
    return _one(
        session,
        Kind.OWN_FUNDS_IN,
        reference,
        Movement(accounts.platform_cash(), accounts.own_funds(), amount),
        occurred_at,
        Cause(),
    )


def payment_received(
    session: Session,
    *,
    provider: str,
    payment_id: UUID,
    deal_id: UUID,
    step_no: int,
    gross: Money,
    terms_sha256: bytes,
    occurred_at: datetime,
    document_id: UUID | None = None,
    bank_deal: str | None = None,
) -> None:
    """A client paid for a step: the provider has the money, the step holds it. Nobody waits for it (``post_later``).

    :param document_id: the signed contract
    :param bank_deal: the deal at the bank in which it lies; None where the provider clears it to the bank account
    """
    place = collected_by(provider, bank_deal)
    post_later(
        session,
        kind=Kind.PAYMENT_RECEIVED,
        key=f"{Kind.PAYMENT_RECEIVED}:{payment_id}",
        movements=[Movement(place, accounts.deal_hold(deal_id, step_no), gross)],
        occurred_at=occurred_at,
        cause=Cause(payment_id=payment_id, terms_sha256=terms_sha256, document_id=document_id),
    )


def collected_by(provider: str, bank_deal: str | None) -> Account:
    """Where a collected payment lies."""
    if bank_deal is None:
        return accounts.provider_clearing(provider)
    return accounts.provider_deal(provider, bank_deal)


def provider_charge(
    session: Session,
    *,
    provider: str,
    reference: str,
    charge: Money,
    occurred_at: datetime,
    cause: Cause,
    from_float: bool = False,
) -> PostingResult:
    """The provider keeps its charge, out of what it collected or (``from_float``) holds for payouts.

    ``reference`` names the charged object: ``payment:<id>``, ``payout:<id>``, ``refund:<id>``.
    """
    kept_from = accounts.payout_float(provider) if from_float else accounts.provider_clearing(provider)
    movement = Movement(accounts.acquiring_fee(), kept_from, charge)
    return _one(session, Kind.PROVIDER_CHARGE, reference, movement, occurred_at, cause)


def charge_paid(
    session: Session, *, reference: str, charge: Money, occurred_at: datetime, cause: Cause
) -> PostingResult:
    """The platform pays a provider's charge that isn't kept from what was collected: a deal at the bank keeps its whole
    sum. ``reference`` as ``provider_charge`` has it: an object is charged once.
    """
    movement = Movement(accounts.acquiring_fee(), accounts.platform_cash(), charge)
    return _one(session, Kind.PROVIDER_CHARGE, reference, movement, occurred_at, cause)


def charge_covered(
    session: Session,
    *,
    reference: str,
    charge: Money,
    occurred_at: datetime,
    cause: Cause,
    to_float_of: str | None = None,
) -> PostingResult:
    """The platform makes up for a provider's charge, so that clients' money stays whole.

    :param to_float_of: the provider whose payout float is filled up; None fills up the clients' bank account
    """
    place = accounts.client_bank() if to_float_of is None else accounts.payout_float(to_float_of)
    movement = Movement(place, accounts.platform_cash(), charge)
    return _one(session, Kind.CHARGE_COVERED, reference, movement, occurred_at, cause)


def provider_settled(
    session: Session, *, provider: str, reference: str, net: Money, occurred_at: datetime
) -> PostingResult:
    """The provider's money came to the bank, less its charges; ``reference`` names the registry or payment order."""
    return _one(
        session,
        Kind.PROVIDER_SETTLED,
        f"{provider}:{reference}",
        Movement(accounts.client_bank(), accounts.provider_clearing(provider), net),
        occurred_at,
        Cause(),
    )


def release_step(
    session: Session,
    *,
    payment_id: UUID,
    release_id: UUID | None = None,
    deal_id: UUID,
    step_no: int,
    shares: Sequence[ReleasedShare],
    fee_net: Money,
    fee_vat: Money,
    terms_sha256: bytes,
    occurred_at: datetime,
    document_id: UUID | None = None,
) -> PostingResult:
    """A step's money, or a part of it, becomes its owners' and the platform's.

    :param release_id: None for the payment's first release, whose key is the payment's
    :param shares: parts of zero are left out
    :param fee_net: the platform's fee without its VAT; ``fee_vat`` is that VAT
    :param document_id: the act, or the contract where none is needed
    """
    hold = accounts.deal_hold(deal_id, step_no)
    parts = [(accounts.payable(share.owner_id, share.split_id), share.amount) for share in shares]
    parts += [(accounts.platform_fee(), fee_net), (accounts.platform_vat(), fee_vat)]
    return post(
        session,
        kind=Kind.STEP_RELEASED,
        key=f"{Kind.STEP_RELEASED}:{release_id or payment_id}",
        movements=[Movement(hold, account, amount) for account, amount in parts if amount != Money.zero()],
        occurred_at=occurred_at,
        cause=Cause(payment_id=payment_id, terms_sha256=terms_sha256, document_id=document_id),
    )


def fee_swept(session: Session, *, reference: str, amount: Money, occurred_at: datetime) -> PostingResult:
    """The platform's fee leaves the clients' bank account for its own."""
    movement = Movement(accounts.platform_cash(), accounts.client_bank(), amount)
    return _one(session, Kind.FEE_SWEPT, reference, movement, occurred_at, Cause())


def payouts_funded(
    session: Session, *, provider: str, reference: str, amount: Money, occurred_at: datetime
) -> PostingResult:
    """Clients' money moves from the bank to the provider that pays out."""
    movement = Movement(accounts.payout_float(provider), accounts.client_bank(), amount)
    return _one(session, Kind.PAYOUTS_FUNDED, f"{provider}:{reference}", movement, occurred_at, Cause())


def payout_reserved(
    session: Session,
    *,
    payout_id: UUID,
    attempt: int,
    owner_id: UUID,
    split_id: UUID,
    amount: Money,
    occurred_at: datetime,
) -> PostingResult:
    """An owner's money is set aside for one payout, so that it can't be paid twice."""
    movement = Movement(accounts.payable(owner_id, split_id), accounts.payout_in_transit(payout_id), amount)
    cause = Cause(split_id=split_id, payout_id=payout_id)
    return _one(session, Kind.PAYOUT_RESERVED, _attempt(payout_id, attempt), movement, occurred_at, cause)


def payout_succeeded(
    session: Session,
    *,
    payout_id: UUID,
    attempt: int,
    paid_from: Account,
    amount: Money,
    occurred_at: datetime,
) -> PostingResult:
    """The money is with its owner.

    :param paid_from: ``payout_float``, ``client_bank`` or ``provider_deal``
    """
    if paid_from.kind not in {AccountKind.PAYOUT_FLOAT, AccountKind.CLIENT_BANK, AccountKind.PROVIDER_DEAL}:
        raise ValueError("a payout is paid from a float, the bank or a bank's deal")
    movement = Movement(accounts.payout_in_transit(payout_id), paid_from, amount)
    return _one(
        session,
        Kind.PAYOUT_SUCCEEDED,
        _attempt(payout_id, attempt),
        movement,
        occurred_at,
        Cause(payout_id=payout_id),
    )


def payout_failed(
    session: Session,
    *,
    payout_id: UUID,
    attempt: int,
    owner_id: UUID,
    split_id: UUID,
    amount: Money,
    occurred_at: datetime,
) -> PostingResult:
    """The payout will not happen: the money is the owner's to be paid again, by another payout."""
    movement = Movement(accounts.payout_in_transit(payout_id), accounts.payable(owner_id, split_id), amount)
    cause = Cause(split_id=split_id, payout_id=payout_id)
    return _one(session, Kind.PAYOUT_FAILED, _attempt(payout_id, attempt), movement, occurred_at, cause)


def payout_returned(
    session: Session,
    *,
    payout_id: UUID,
    attempt: int,
    owner_id: UUID,
    split_id: UUID,
    returned_to: Account,
    amount: Money,
    occurred_at: datetime,
) -> PostingResult:
    """A payout that had succeeded came back.

    :param returned_to: ``payout_float`` or ``client_bank``
    """
    movement = Movement(returned_to, accounts.payable(owner_id, split_id), amount)
    cause = Cause(split_id=split_id, payout_id=payout_id)
    return _one(session, Kind.PAYOUT_RETURNED, _attempt(payout_id, attempt), movement, occurred_at, cause)


def _attempt(payout_id: UUID, attempt: int) -> str:
    return str(payout_id) if attempt == 1 else f"{payout_id}:{attempt}"


def _one(
    session: Session, kind: Kind, reference: str, movement: Movement, occurred_at: datetime, cause: Cause
) -> PostingResult:
    return post(
        session,
        kind=kind,
        key=f"{kind}:{reference}",
        movements=[movement],
        occurred_at=occurred_at,
        cause=cause,
    )
