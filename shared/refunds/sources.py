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
    given = {split.id: _from_hold(split, parts.get(split.id)) for split in splits}
    _from_platform(session, payment, splits, parts, given)
    for owner in owners_of(splits):
        wanted = [given[split.id] for split in owner.splits]
        if total(wanted) == Money.zero():
            continue
        taken = take_from_payouts(session, owner, wanted, now=now)
        for split, want, paid in zip(owner.splits, wanted, taken, strict=True):
            part = parts.get(split.id)
            if part is not None:
                part.from_payable_kopecks = paid
                part.as_receivable_kopecks = want - paid
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


def _from_hold(split: Split, part: RefundPart | None) -> Money:
    """Take what is still held first; what the rest must come from."""
    if part is None:
        return Money.zero()
    part.from_hold_kopecks = min(part.amount_kopecks, remains.held(split))
    posted = part.amount_kopecks - part.from_hold_kopecks
    split.refunded_held_kopecks += part.from_hold_kopecks
    split.refunded_posted_kopecks += posted
    return posted


def _from_platform(
    session: Session,
    payment: Payment,
    splits: Sequence[Split],
    parts: Mapping[UUID, RefundPart],
    given: Mapping[UUID, Money],
) -> None:
    for split in splits:
        part = parts.get(split.id)
        if split.line is not SplitLine.PLATFORM or part is None or given[split.id] == Money.zero():
            continue
        net_left, vat_left = _fee_left(session, payment, split)
        vat = vat_of(given[split.id], fee_left=net_left + vat_left, vat_left=vat_left)
        part.fee_vat_kopecks = vat
        part.fee_net_kopecks = given[split.id] - vat


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
