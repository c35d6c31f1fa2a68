"""Out of what each part of a refund comes: held money, what its owner isn't paid yet, his debt, the platform's fee."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.kernel.money import Money, total
from shared.ledger import tables
from shared.ledger.accounts import AccountKind
from shared.ledger.posting import Kind
from shared.payments import remains
from shared.payments.models import Payment, Split, SplitLine
from shared.payouts.owner_parts import parts_of as owners_of
from shared.payouts.shrinking import take_from_payouts
from shared.refunds.division import vat_of
from shared.refunds.lifecycle import UNDONE
from shared.refunds.models import Refund, RefundPart


def settle(
    session: Session,
    refund: Refund,
    payment: Payment,
    splits: Sequence[Split],
    parts: Mapping[UUID, RefundPart],
    *,
    now: datetime,
) -> None:
    """Name each part's sources and take the money out of what is released and paid out.

    :param splits: the payment's; their deal is locked, and no refund of them waits any more as this one did
    """
    asked = [(split, parts[split.id]) for split in splits if split.id in parts]
    # All is reckoned first: the database takes a part's sources together or not at all.
    held = {split.id: min(part.amount_kopecks, remains.held(split)) for split, part in asked}
    posted = {split.id: part.amount_kopecks - held[split.id] for split, part in asked}
    vat = {split.id: _fee_vat(session, payment, split, posted[split.id]) for split, _ in asked}
    paid: dict[UUID, Money] = {}
    for owner in owners_of(splits):
        wanted = [posted.get(split.id, Money.zero()) for split in owner.splits]
        if total(wanted) > Money.zero():
            taken = take_from_payouts(session, owner, wanted, now=now)
            paid |= {split.id: each for split, each in zip(owner.splits, taken, strict=True)}
    for split, part in asked:
        split.refunded_held_kopecks += held[split.id]
        split.refunded_posted_kopecks += posted[split.id]
        part.from_hold_kopecks = held[split.id]
        if split.line is SplitLine.PLATFORM:
            part.fee_vat_kopecks = vat[split.id]
            part.fee_net_kopecks = posted[split.id] - vat[split.id]
        else:
            part.from_payable_kopecks = paid.get(split.id, Money.zero())
            part.as_receivable_kopecks = posted[split.id] - part.from_payable_kopecks
    audit.record(
        session,
        SYSTEM,
        "refund.settled",
        entity=("refund", refund.id),
        after={
            "from_hold_kopecks": total([part.from_hold_kopecks for part in parts.values()]).kopecks,
            "from_payable_kopecks": total([part.from_payable_kopecks for part in parts.values()]).kopecks,
            "lent_kopecks": lent(list(parts.values())).kopecks,
        },
        now=now,
    )
    session.flush()


def lent(parts: Sequence[RefundPart]) -> Money:
    """What the platform puts in: its own fee, and what owners owe from now on."""
    return total([part.as_receivable_kopecks + part.fee_net_kopecks + part.fee_vat_kopecks for part in parts])


def _fee_vat(session: Session, payment: Payment, split: Split, posted: Money) -> Money:
    """The VAT within what the platform gives back of its fee."""
    if split.line is not SplitLine.PLATFORM or posted == Money.zero():
        return Money.zero()
    net_left, vat_left = _fee_left(session, payment, split)
    return vat_of(posted, fee_left=net_left + vat_left, vat_left=vat_left)


def _fee_left(session: Session, payment: Payment, split: Split) -> tuple[Money, Money]:
    """Of the fee that the payment's releases posted, less what goes back already: its net and its VAT."""
    entries, accounts, transactions = tables.entries, tables.accounts, tables.transactions
    rows = session.execute(
        select(accounts.c.kind, func.sum(entries.c.amount_kopecks))
        .join(accounts, accounts.c.id == entries.c.account_id)
        .join(transactions, transactions.c.id == entries.c.transaction_id)
        .where(
            transactions.c.payment_id == payment.id,
            transactions.c.kind == Kind.STEP_RELEASED,
            accounts.c.kind.in_([AccountKind.PLATFORM_FEE, AccountKind.PLATFORM_VAT]),
        )
        .group_by(accounts.c.kind)
    )
    posted = {row[0]: row[1] for row in rows}
    gone = session.execute(
        select(RefundPart.fee_net_kopecks, RefundPart.fee_vat_kopecks)
        .join(Refund, Refund.id == RefundPart.refund_id)
        .where(RefundPart.split_id == split.id, Refund.status.not_in(UNDONE))
    ).all()
    net = posted.get(AccountKind.PLATFORM_FEE, Money.zero()) - total([row[0] for row in gone])
    vat = posted.get(AccountKind.PLATFORM_VAT, Money.zero()) - total([row[1] for row in gone])
    return net, vat
