"""Releasing paid steps: the hold becomes the owners' money and the platform's fee, and payouts are planned."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals import lifecycle
from shared.deals import service as deals
from shared.deals.models import Deal, PaymentStep, StepStatus
from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.kernel.tax import TaxRegime, vat_bps, vat_within
from shared.ledger import flows
from shared.ledger.flows import ReleasedShare
from shared.observability import log
from shared.payments import remains
from shared.payments.models import Payment, PaymentStatus, Split, SplitLine, SplitStatus
from shared.payouts.models import Payout, PayoutItem, PayoutStatus

#: A run's time must be enough, though each may wait for a lock.
BATCH: Final = 100


class OwnerPart(NamedTuple):
    """What one owner gets of a step: his share and, if he is the executor, his VAT."""

    user_id: UUID | None
    organization_id: UUID | None
    splits: Sequence[Split]

    @property
    def owner_id(self) -> UUID:
        owner_id = self.user_id or self.organization_id
        if owner_id is None:
            raise AssertionError("the platform is nobody's payee")
        return owner_id

    @property
    def amount(self) -> Money:
        """What of it is still held."""
        return total([remains.held(split) for split in self.splits])

    @property
    def account_split_id(self) -> UUID:
        """The split that names the owner's payable account: his share, not his VAT."""
        return min(self.splits, key=lambda split: (split.line is SplitLine.VAT, split.position)).id


def release_due(transactions: Transactions, *, now: datetime) -> dict[str, int]:
    """Release every due step of deals that aren't in dispute, each in a transaction of its own.

    Two runs at once are safe: the second finds the step released. ``error`` counts those that could not be.
    """
    with transactions() as session:
        due = session.execute(
            select(PaymentStep.id, PaymentStep.deal_id)
            .join(Deal, Deal.id == PaymentStep.deal_id)
            .where(
                PaymentStep.status == StepStatus.PAID,
                PaymentStep.release_due_at <= now,
                Deal.status.not_in(lifecycle.FROZEN),
            )
            .order_by(PaymentStep.release_due_at)
            .limit(BATCH)
        ).all()
    counts = {"released": 0, "due": len(due)}
    for step_id, deal_id in due:
        try:
            with transactions() as session:
                counts["released"] += release_step(session, step_id=step_id, deal_id=deal_id, now=now)
        except Exception as error:  # noqa: BLE001 -- what is wrong with one step must not stop the rest
            log.surprise("step_not_released", error)
            log.error("step_put_off", step_id=str(step_id))
            counts["error"] = counts.get("error", 0) + 1
    return counts


def release_step(session: Session, *, step_id: UUID, deal_id: UUID, now: datetime) -> bool:
    """Release one paid step; False when it is no longer to be released."""
    deal = deals.deal_for_update(session, deal_id)
    step = session.get_one(PaymentStep, step_id, with_for_update=True, populate_existing=True)
    if step.status is not StepStatus.PAID or deal.status in lifecycle.FROZEN:
        return False
    payment = session.scalars(
        select(Payment).where(Payment.schedule_id == step_id, Payment.status == PaymentStatus.RECEIVED)
    ).one()
    splits = session.scalars(
        select(Split).where(Split.payment_id == payment.id).order_by(Split.position)
    ).all()
    if not _may_go(splits):
        return False
    parts = [part for part in parts_of(splits) if part.amount > Money.zero()]
    _post(session, payment, step, splits, parts, now)
    for part in parts:
        _plan_payout(session, step, part, now)
    for split in splits:
        split.status = SplitStatus.POSTED
        split.posted_at = now
    step.status = StepStatus.RELEASED
    step.released_at = now
    audit.record(
        session,
        SYSTEM,
        "step.released",
        entity=("payment_schedule", step.id),
        before={"status": StepStatus.PAID},
        after={"status": step.status, "step_no": step.step_no},
        now=now,
    )
    return True


def _may_go(splits: Sequence[Split]) -> bool:
    """Something is left to be released, and no refund of it waits for an approval."""
    waiting = total([split.refund_waiting_kopecks for split in splits])
    return waiting == Money.zero() < total([remains.held(split) for split in splits])


def parts_of(splits: Sequence[Split]) -> list[OwnerPart]:
    """One part per owner in the splits' order; the platform and what was empty from the start are left out."""
    by_owner: dict[tuple[UUID | None, UUID | None], list[Split]] = defaultdict(list)
    for split in splits:
        if split.line is not SplitLine.PLATFORM:
            by_owner[split.owner_user_id, split.owner_organization_id].append(split)
    parts = [OwnerPart(user_id, org_id, tuple(own)) for (user_id, org_id), own in by_owner.items()]
    return [part for part in parts if any(split.amount_kopecks > Money.zero() for split in part.splits)]


def _post(
    session: Session,
    payment: Payment,
    step: PaymentStep,
    splits: Sequence[Split],
    parts: Sequence[OwnerPart],
    now: datetime,
) -> None:
    if payment.terms_sha256 is None:
        raise AssertionError("a received payment has its terms")
    fee = total([remains.held(split) for split in splits if split.line is SplitLine.PLATFORM])
    # The platform pays VAT on its fee under the general regime; the rate is that of the day of release.
    fee_vat = vat_within(fee, vat_bps(TaxRegime.OSN, moscow_date(now)))
    flows.release_step(
        session,
        payment_id=payment.id,
        deal_id=step.deal_id,
        step_no=step.step_no,
        shares=[ReleasedShare(part.owner_id, part.account_split_id, part.amount) for part in parts],
        fee_net=fee - fee_vat,
        fee_vat=fee_vat,
        terms_sha256=payment.terms_sha256,
        occurred_at=now,
    )


def _plan_payout(session: Session, step: PaymentStep, part: OwnerPart, now: datetime) -> None:
    payout = Payout(
        id=new_id(),
        deal_id=step.deal_id,
        schedule_id=step.id,
        owner_user_id=part.user_id,
        owner_organization_id=part.organization_id,
        amount_kopecks=part.amount,
        status=PayoutStatus.PLANNED,
        tries=0,
        next_at=now,
        created_at=now,
    )
    session.add(payout)
    session.flush()
    for split in part.splits:
        session.add(PayoutItem(split_id=split.id, payout_id=payout.id, amount_kopecks=remains.held(split)))
    audit.record(
        session,
        SYSTEM,
        "payout.planned",
        entity=("payout", payout.id),
        after={"status": payout.status, "amount_kopecks": part.amount.kopecks},
        now=now,
    )
