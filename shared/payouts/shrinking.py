"""What goes back to the client is not paid out: payouts of a refunded step become less, or are not made at all.

A payout that the provider may have counts as paid: what it pays is taken back as a debt.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances
from shared.payouts.attempts import contradicted, take_back_reservation
from shared.payouts.models import Payout, PayoutItem, PayoutStatus
from shared.payouts.owner_parts import OwnerPart
from shared.payouts.trail import record_change

REFUNDED: Final = "refunded"
#: the money is its owner's in the books, and nothing of it is with the provider
_IN_THE_BOOKS: Final = frozenset({PayoutStatus.PLANNED, PayoutStatus.FAILED})


def take_from_payouts(
    session: Session, part: OwnerPart, wanted: Sequence[Money], *, now: datetime
) -> list[Money]:
    """Pay an owner less of one step, as far as he isn't paid yet; what each of his splits gives.

    :param part: an owner's splits; their deal is locked
    :param wanted: for each split what goes back
    """
    payouts = take_back_reservations(session, part, reason=REFUNDED, now=now)
    open_ones = [payout for payout in payouts if _is_open(session, payout)]
    in_the_books = balances.balance_of(session, accounts.payable(part.owner_id, part.account_split_id))
    left = min(total(list(wanted)), total([payout.amount_kopecks for payout in open_ones]), in_the_books)
    taken = []
    for want in wanted:
        taken.append(min(want, left))
        left -= taken[-1]
    sums = {split.id: sum_ for split, sum_ in zip(part.splits, taken, strict=True)}
    # The newest first: who waits longest is paid first.
    for payout in reversed(open_ones):
        _shrink(session, payout, sums, now)
    return taken


def take_back_reservations(session: Session, part: OwnerPart, *, reason: str, now: datetime) -> list[Payout]:
    """What was set aside for an owner's payouts and not sent is his again; all his payouts, locked, the oldest first.

    :param part: an owner's splits; their deal is locked
    """
    payouts = _payouts_of(session, part)
    for payout in payouts:
        if payout.status is PayoutStatus.RESERVED:
            take_back_reservation(
                session,
                payout,
                owner_id=part.owner_id,
                split_id=part.account_split_id,
                reason=reason,
                now=now,
            )
    return payouts


def pay_again(session: Session, part: OwnerPart, amounts: Sequence[Money], *, now: datetime) -> None:
    """Plan a payout of what came back to an owner: the refund that had taken it failed.

    :param amounts: for each of his splits
    """
    amount = total(list(amounts))
    if amount == Money.zero():
        return
    payout = Payout(
        id=new_id(),
        deal_id=part.splits[0].deal_id,
        schedule_id=part.splits[0].schedule_id,
        owner_user_id=part.user_id,
        owner_organization_id=part.organization_id,
        amount_kopecks=amount,
        status=PayoutStatus.PLANNED,
        tries=0,
        next_at=now,
        created_at=now,
    )
    session.add(payout)
    session.flush()
    for split, each in zip(part.splits, amounts, strict=True):
        session.add(PayoutItem(split_id=split.id, payout_id=payout.id, amount_kopecks=each))
    audit.record(
        session,
        SYSTEM,
        "payout.planned",
        entity=("payout", payout.id),
        after={"status": payout.status, "amount_kopecks": amount.kopecks, "reason": "refund_failed"},
        now=now,
    )


def _payouts_of(session: Session, part: OwnerPart) -> list[Payout]:
    """Of an owner's splits, locked, the oldest first."""
    ids = select(PayoutItem.payout_id).where(PayoutItem.split_id.in_([split.id for split in part.splits]))
    return list(
        session.scalars(
            select(Payout)
            .where(Payout.id.in_(ids))
            .order_by(Payout.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )


def _is_open(session: Session, payout: Payout) -> bool:
    return payout.status in _IN_THE_BOOKS and not session.scalar(select(contradicted(payout.id)))


def _shrink(session: Session, payout: Payout, sums: dict[UUID, Money], now: datetime) -> None:
    """Take out of one payout what it has of ``sums``, and out of these what was taken.

    What a debt has been paid with is no longer in the payout, though it is in its items.
    """
    room, before = payout.amount_kopecks, payout.amount_kopecks
    items = session.scalars(select(PayoutItem).where(PayoutItem.payout_id == payout.id)).all()
    for item in items:
        less = min(sums.get(item.split_id, Money.zero()), item.amount_kopecks, room)
        item.amount_kopecks -= less
        sums[item.split_id] = sums.get(item.split_id, Money.zero()) - less
        room -= less
    if room == before:
        return
    if room > Money.zero():
        payout.amount_kopecks = room
        audit.record(
            session,
            SYSTEM,
            "payout.shrunk",
            entity=("payout", payout.id),
            before={"amount_kopecks": before.kopecks},
            after={"amount_kopecks": room.kopecks, "reason": REFUNDED},
            now=now,
        )
        return
    was, payout.status = payout.status, PayoutStatus.CANCELLED
    payout.next_at = payout.hold_reason = None
    payout.final_at = now
    record_change(session, payout, "cancelled", before=was, reason=REFUNDED, now=now)
