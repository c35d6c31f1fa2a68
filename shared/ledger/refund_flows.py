"""What happens to money that goes back: refunds, debts that follow from them, disputes, and payments that fit nothing.

As in ``flows``: one function per event of the product's table of postings, each posts once per its object.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger import accounts
from shared.ledger.accounts import Account, AccountKind
from shared.ledger.posting import Cause, Kind, Movement, PostingResult, post


class TakenBack(NamedTuple):
    """What an owner gives back of one released split: what is still his, and what he owes since it was paid out."""

    owner_id: UUID
    split_id: UUID
    from_payable: Money
    as_receivable: Money


def refund_accepted_before_release(
    session: Session,
    *,
    refund_id: UUID,
    payment_id: UUID,
    deal_id: UUID,
    step_no: int,
    amount: Money,
    terms_sha256: bytes,
    occurred_at: datetime,
) -> PostingResult:
    """Part of a step's hold is set aside to go back to the payer."""
    movement = Movement(accounts.deal_hold(deal_id, step_no), accounts.refund_in_transit(refund_id), amount)
    return _post(
        session,
        Kind.REFUND_ACCEPTED,
        str(refund_id),
        [movement],
        occurred_at,
        Cause(payment_id=payment_id, refund_id=refund_id, terms_sha256=terms_sha256),
    )


def refund_accepted_after_release(
    session: Session,
    *,
    refund_id: UUID,
    payment_id: UUID,
    taken: Sequence[TakenBack],
    fee_net: Money,
    fee_vat: Money,
    terms_sha256: bytes,
    occurred_at: datetime,
) -> PostingResult:
    """Owners and platform give back their parts; what was paid out, or is on its way, becomes a debt."""
    movements = _given_back(refund_id, taken, fee_net, fee_vat)
    cause = Cause(payment_id=payment_id, refund_id=refund_id, terms_sha256=terms_sha256)
    return _post(session, Kind.REFUND_ACCEPTED, str(refund_id), movements, occurred_at, cause)


def refund_accepted(
    session: Session,
    *,
    refund_id: UUID,
    payment_id: UUID,
    hold: Account,
    from_hold: Money,
    taken: Sequence[TakenBack],
    fee_net: Money,
    fee_vat: Money,
    terms_sha256: bytes,
    occurred_at: datetime,
    document_id: UUID | None = None,
) -> PostingResult:
    """Of a step that is released wholly, in part or not at all: what is held goes back, and owners give the rest.

    :param hold: the step's; ``from_hold`` may be zero
    :param document_id: the signed contract
    """
    movements = _given_back(refund_id, taken, fee_net, fee_vat)
    if from_hold != Money.zero():
        movements.insert(0, Movement(hold, accounts.refund_in_transit(refund_id), from_hold))
    cause = Cause(
        payment_id=payment_id, refund_id=refund_id, terms_sha256=terms_sha256, document_id=document_id
    )
    return _post(session, Kind.REFUND_ACCEPTED, str(refund_id), movements, occurred_at, cause)


def _given_back(
    refund_id: UUID, taken: Sequence[TakenBack], fee_net: Money, fee_vat: Money
) -> list[Movement]:
    transit = accounts.refund_in_transit(refund_id)
    sources: list[tuple[Account, Money]] = []
    for part in taken:
        sources.append((accounts.payable(part.owner_id, part.split_id), part.from_payable))
        sources.append((accounts.receivable(part.owner_id, part.split_id), part.as_receivable))
    sources += [(accounts.platform_fee(), fee_net), (accounts.platform_vat(), fee_vat)]
    return [Movement(account, transit, amount) for account, amount in sources if amount != Money.zero()]


def refund_funded(
    session: Session,
    *,
    refund_id: UUID,
    refunded_from: Account,
    from_clients: Money,
    from_platform: Money,
    occurred_at: datetime,
    reference: str | None = None,
) -> PostingResult:
    """The provider's account is filled up to pay the refund.

    :param refunded_from: where the provider takes it, ``provider_clearing`` or ``provider_deal``
    :param from_clients: what clients' bank account has of it
    :param from_platform: the fee's part and what owners owe: the platform lends that
    :param reference: of another filling up for the same refund
    """
    sources = [(accounts.client_bank(), from_clients), (accounts.platform_cash(), from_platform)]
    return _post(
        session,
        Kind.REFUND_FUNDED,
        reference or str(refund_id),
        [Movement(refunded_from, account, amount) for account, amount in sources if amount != Money.zero()],
        occurred_at,
        Cause(refund_id=refund_id),
    )


def refund_succeeded(
    session: Session, *, refund_id: UUID, refunded_from: Account, amount: Money, occurred_at: datetime
) -> PostingResult:
    """The payer has his money. A refund that failed is the reversal of its acceptance (``posting.reverse``)."""
    if refunded_from.kind not in {AccountKind.PROVIDER_CLEARING, AccountKind.PROVIDER_DEAL}:
        raise ValueError("a refund is paid by the provider that collected")
    movement = Movement(accounts.refund_in_transit(refund_id), refunded_from, amount)
    cause = Cause(refund_id=refund_id)
    return _post(session, Kind.REFUND_SUCCEEDED, str(refund_id), [movement], occurred_at, cause)


def set_off(
    session: Session,
    *,
    reference: str,
    owner_id: UUID,
    payable_split_id: UUID,
    receivable_split_id: UUID,
    amount: Money,
    occurred_at: datetime,
) -> PostingResult:
    """A debt is paid with what its owner would be paid; its cash returns to the platform, which had lent it."""
    movements = [
        Movement(
            accounts.payable(owner_id, payable_split_id),
            accounts.receivable(owner_id, receivable_split_id),
            amount,
        ),
        Movement(accounts.platform_cash(), accounts.client_bank(), amount),
    ]
    cause = Cause(split_id=payable_split_id)
    return _post(session, Kind.SET_OFF, reference, movements, occurred_at, cause)


def set_off_returned(
    session: Session, *, reference: str, owner_id: UUID, split_id: UUID, amount: Money, occurred_at: datetime
) -> PostingResult:
    """A debt that had been paid fell away: what paid it is its owner's again, and the platform gives the cash back."""
    movements = [
        Movement(accounts.receivable(owner_id, split_id), accounts.payable(owner_id, split_id), amount),
        Movement(accounts.client_bank(), accounts.platform_cash(), amount),
    ]
    return _post(session, Kind.SET_OFF, reference, movements, occurred_at, Cause(split_id=split_id))


def debt_repaid(
    session: Session, *, reference: str, owner_id: UUID, split_id: UUID, amount: Money, occurred_at: datetime
) -> PostingResult:
    """An owner paid his debt to the platform's account."""
    movement = Movement(accounts.platform_cash(), accounts.receivable(owner_id, split_id), amount)
    return _post(session, Kind.DEBT_REPAID, reference, [movement], occurred_at, Cause(split_id=split_id))


def debt_written_off(
    session: Session, *, reference: str, owner_id: UUID, split_id: UUID, amount: Money, occurred_at: datetime
) -> PostingResult:
    """The platform gives a debt up."""
    movement = Movement(accounts.bad_debt(), accounts.receivable(owner_id, split_id), amount)
    return _post(session, Kind.DEBT_WRITTEN_OFF, reference, [movement], occurred_at, Cause(split_id=split_id))


def suspense_resolved(
    session: Session,
    *,
    payment_id: UUID,
    into: Account,
    amount: Money,
    cause: Cause,
    occurred_at: datetime,
    reference: str | None = None,
) -> PostingResult:
    """A payment that fitted nothing is placed, whole.

    :param into: ``deal_hold`` or ``refund_in_transit``
    :param reference: of another try, where its return failed; the payment's own unless said
    """
    if into.kind not in {AccountKind.DEAL_HOLD, AccountKind.REFUND_IN_TRANSIT}:
        raise ValueError("suspense is placed into a step or goes back")
    movement = Movement(accounts.suspense(payment_id), into, amount)
    return _post(
        session, Kind.SUSPENSE_RESOLVED, reference or str(payment_id), [movement], occurred_at, cause
    )


def dispute_opened(
    session: Session, *, reference: str, owner_id: UUID, split_id: UUID, amount: Money, occurred_at: datetime
) -> PostingResult:
    """What an owner has not been paid yet of a disputed step is held."""
    movement = Movement(
        accounts.payable(owner_id, split_id), accounts.dispute_hold(owner_id, split_id), amount
    )
    return _post(session, Kind.DISPUTE_OPENED, reference, [movement], occurred_at, Cause(split_id=split_id))


def dispute_decided(
    session: Session,
    *,
    reference: str,
    owner_id: UUID,
    split_id: UUID,
    to_owner: Money,
    to_payer: Money,
    refund_id: UUID | None,
    occurred_at: datetime,
) -> PostingResult:
    """The hold goes to its owner, back to the payer, or is divided.

    :param refund_id: the refund that ``to_payer`` belongs to; None where nothing goes back
    """
    held = accounts.dispute_hold(owner_id, split_id)
    movements = []
    if to_owner != Money.zero():
        movements.append(Movement(held, accounts.payable(owner_id, split_id), to_owner))
    if to_payer != Money.zero():
        if refund_id is None:
            raise ValueError("what goes back belongs to a refund")
        movements.append(Movement(held, accounts.refund_in_transit(refund_id), to_payer))
    cause = Cause(split_id=split_id, refund_id=refund_id)
    return _post(session, Kind.DISPUTE_DECIDED, reference, movements, occurred_at, cause)


def _post(
    session: Session,
    kind: Kind,
    reference: str,
    movements: Sequence[Movement],
    occurred_at: datetime,
    cause: Cause,
) -> PostingResult:
    return post(
        session,
        kind=kind,
        key=f"{kind}:{reference}",
        movements=movements,
        occurred_at=occurred_at,
        cause=cause,
    )
