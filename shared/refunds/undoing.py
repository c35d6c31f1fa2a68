"""A refund that the provider will not make: its postings are reversed, and what it had taken is its owners' again."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.deals.models import PaymentStep, StepStatus
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances, refund_flows, tables
from shared.ledger.posting import Kind, reverse
from shared.payments import remains
from shared.payments.models import Payment, PaymentStatus, Split, SplitStatus
from shared.payouts.owner_parts import OwnerPart
from shared.payouts.owner_parts import parts_of as owners_of
from shared.payouts.set_off import one_at_a_time
from shared.payouts.set_off_models import SetOff
from shared.payouts.shrinking import pay_again
from shared.refunds import finding
from shared.refunds.models import Refund, RefundPart
from shared.tasks import service as tasks


def undo(session: Session, refund: Refund, step: PaymentStep | None, *, now: datetime) -> None:
    """Put everything back as if the refund had not been accepted.

    :param refund: locked, as are its deal and step; it ends as ``failed``
    """
    splits = finding.splits_of(session, refund.payment_id)
    parts = finding.parts_of(session, refund.id)
    owners = [owner for owner in owners_of(splits) if any(split.id in parts for split in owner.splits)]
    for owner in sorted(owners, key=lambda each: each.owner_id):
        one_at_a_time(session, owner.owner_id)
    _reverse_postings(session, refund, now)
    if step is None:
        _suspend_again(session, refund, now)
        return
    _give_back(splits, parts)
    session.flush()
    for owner in owners:
        restored = {split.id: _from_payable(parts.get(split.id)) for split in owner.splits}
        restored[owner.account_split_id] += _debt_overpaid(session, refund, owner, now)
        pay_again(session, owner, list(restored.values()), now=now)
    if total([part.from_hold_kopecks for part in parts.values()]) > Money.zero():
        _hold_again(session, step, now)


def _reverse_postings(session: Session, refund: Refund, now: datetime) -> None:
    """What set the money aside and what funded it, the newest first."""
    posted, reversal = tables.transactions, tables.transactions.alias()
    ids = session.scalars(
        select(posted.c.id)
        .where(
            posted.c.refund_id == refund.id,
            posted.c.kind.in_([Kind.REFUND_ACCEPTED, Kind.SUSPENSE_RESOLVED, Kind.REFUND_FUNDED]),
            ~exists().where(reversal.c.reverses_id == posted.c.id),
        )
        .order_by(posted.c.recorded_at.desc(), posted.c.id.desc())
    ).all()
    for transaction_id in ids:
        reverse(
            session,
            transaction_id=transaction_id,
            key=f"{Kind.REVERSAL}:refund:{refund.id}:{transaction_id}",
            occurred_at=now,
        )


def _give_back(splits: Sequence[Split], parts: Mapping[UUID, RefundPart]) -> None:
    for split in splits:
        part = parts.get(split.id)
        if part is not None:
            split.refunded_held_kopecks -= part.from_hold_kopecks
            split.refunded_posted_kopecks -= part.amount_kopecks - part.from_hold_kopecks
            if remains.held(split) > Money.zero():
                split.status = SplitStatus.HELD


def _from_payable(part: RefundPart | None) -> Money:
    return Money.zero() if part is None else part.from_payable_kopecks


def _debt_overpaid(session: Session, refund: Refund, owner: OwnerPart, now: datetime) -> Money:
    """The owner had paid a debt that there is no more: what he paid is his again."""
    split_id = owner.account_split_id
    owed = balances.balance_of(session, accounts.receivable(owner.owner_id, split_id))
    if owed >= Money.zero():
        return Money.zero()
    overpaid = Money.zero() - owed
    row = SetOff(
        id=new_id(),
        refund_id=refund.id,
        owner_id=owner.owner_id,
        payable_split_id=split_id,
        receivable_split_id=split_id,
        amount_kopecks=overpaid,
        debt_before_kopecks=owed,
        created_at=now,
    )
    session.add(row)
    refund_flows.set_off_returned(
        session,
        reference=str(row.id),
        owner_id=owner.owner_id,
        split_id=split_id,
        amount=overpaid,
        occurred_at=now,
    )
    audit.record(
        session,
        SYSTEM,
        "debt.overpaid",
        entity=("refund", refund.id),
        after={"amount_kopecks": overpaid.kopecks},
        now=now,
    )
    return overpaid


def _hold_again(session: Session, step: PaymentStep, now: datetime) -> None:
    """The step has held money once more: it is released when it is due, at once where that had happened."""
    if step.status is not StepStatus.RELEASED:
        return
    step.status = StepStatus.PAID
    step.release_due_at = now
    audit.record(
        session,
        SYSTEM,
        "step.held_again",
        entity=("payment_schedule", step.id),
        before={"status": StepStatus.RELEASED},
        after={"status": step.status, "step_no": step.step_no},
        now=now,
    )


def _suspend_again(session: Session, refund: Refund, now: datetime) -> None:
    payment = session.get_one(Payment, refund.payment_id, with_for_update=True, populate_existing=True)
    payment.status = PaymentStatus.SUSPENSE
    tasks.open_task(
        session, "payment_in_suspense", entity=("payment", payment.id), reason="return_failed", now=now
    )
