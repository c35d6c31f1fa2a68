"""Held money of a step becomes its owners' and the platform's, whole or in part, and payouts are planned for it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.deals.models import PaymentStep, StepStatus
from shared.deals.words import ReleaseRule
from shared.documents.models import DocumentKind
from shared.documents.papers import paper_of
from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.kernel.tax import TaxRegime, vat_bps, vat_within
from shared.ledger import flows
from shared.ledger.flows import ReleasedShare
from shared.payments import remains
from shared.payments.models import Payment, PaymentStatus, Split, SplitLine, SplitStatus
from shared.payments.splits import by_largest_remainder
from shared.payouts.models import Payout, PayoutItem, PayoutStatus
from shared.payouts.owner_parts import OwnerPart, parts_of
from shared.payouts.release_models import ReleaseReason, StepRelease, StepReleasePart


class Held(NamedTuple):
    """A paid step's money that is not released yet."""

    payment: Payment
    splits: Sequence[Split]

    @property
    def amount(self) -> Money:
        return total([remains.held(split) for split in self.splits])

    @property
    def is_wanted_back(self) -> bool:
        """A refund of it waits for an approval."""
        return total([split.refund_waiting_kopecks for split in self.splits]) > Money.zero()


class Decided(NamedTuple):
    """Why money is released, and by whom where it isn't the rule."""

    reason: ReleaseReason = ReleaseReason.RULE
    by: UUID | None = None
    actor: Actor = SYSTEM


def held_of(session: Session, step: PaymentStep) -> Held:
    """:param step: locked and paid"""
    payment = session.scalars(
        select(Payment).where(Payment.schedule_id == step.id, Payment.status == PaymentStatus.RECEIVED)
    ).one()
    splits = session.scalars(
        select(Split)
        .where(Split.payment_id == payment.id)
        .order_by(Split.position)
        .execution_options(populate_existing=True)
    ).all()
    return Held(payment, splits)


def release(
    session: Session, step: PaymentStep, held: Held, amount: Money, *, decided: Decided, now: datetime
) -> StepRelease:
    """Release ``amount`` of what is held, divided by what remains of each split, largest remainders first.

    :param step: locked, as is its deal
    :param amount: more than zero, at most what is held
    """
    if not Money.zero() < amount <= held.amount:
        raise ValueError("a release lies between nothing and what is held")
    weights = [remains.held(split).kopecks for split in held.splits]
    amounts = {
        split.id: part
        for split, part in zip(held.splits, by_largest_remainder(amount, weights), strict=True)
        if part != Money.zero()
    }
    written = _write(session, step, held, amount, amounts, decided, now)
    _post(session, step, held, amounts, written, now)
    for part in parts_of(held.splits):
        _plan_payout(session, step, part, amounts, now)
    for split in held.splits:
        split.posted_kopecks += amounts.get(split.id, Money.zero())
        if remains.held(split) == Money.zero():
            split.status = SplitStatus.POSTED
            split.posted_at = split.posted_at or now
    _move(session, step, held, written, decided.actor, now)
    return written


def _write(
    session: Session,
    step: PaymentStep,
    held: Held,
    amount: Money,
    amounts: Mapping[UUID, Money],
    decided: Decided,
    now: datetime,
) -> StepRelease:
    before = session.scalar(
        select(func.count()).select_from(StepRelease).where(StepRelease.payment_id == held.payment.id)
    )
    # The platform pays VAT on its fee under the general regime; the rate is that of the day of release.
    vat = vat_within(_fee(held, amounts), vat_bps(TaxRegime.OSN, moscow_date(now)))
    written = StepRelease(
        id=new_id(),
        deal_id=step.deal_id,
        schedule_id=step.id,
        payment_id=held.payment.id,
        seq=(before or 0) + 1,
        amount_kopecks=amount,
        fee_vat_kopecks=vat,
        reason=decided.reason,
        decided_by=decided.by,
        released_at=now,
    )
    session.add(written)
    session.flush()
    for split_id, part in amounts.items():
        session.add(StepReleasePart(release_id=written.id, split_id=split_id, amount_kopecks=part))
    return written


def _post(
    session: Session,
    step: PaymentStep,
    held: Held,
    amounts: Mapping[UUID, Money],
    written: StepRelease,
    now: datetime,
) -> None:
    if held.payment.terms_sha256 is None:
        raise AssertionError("a received payment has its terms")
    flows.release_step(
        session,
        payment_id=held.payment.id,
        release_id=None if written.seq == 1 else written.id,
        deal_id=step.deal_id,
        step_no=step.step_no,
        shares=[
            ReleasedShare(part.owner_id, part.account_split_id, _sum(part, amounts))
            for part in parts_of(held.splits)
        ],
        fee_net=_fee(held, amounts) - written.fee_vat_kopecks,
        fee_vat=written.fee_vat_kopecks,
        terms_sha256=held.payment.terms_sha256,
        occurred_at=now,
        document_id=_paper(session, step),
    )


def _paper(session: Session, step: PaymentStep) -> UUID | None:
    if step.release_rule is ReleaseRule.ACT:
        act = paper_of(session, step.deal_id, DocumentKind.ACT_OF_COMPLETION)
        if act is not None:
            return act
    return paper_of(session, step.deal_id, DocumentKind.SERVICE_CONTRACT)


def _fee(held: Held, amounts: Mapping[UUID, Money]) -> Money:
    return total(
        [amounts.get(split.id, Money.zero()) for split in held.splits if split.line is SplitLine.PLATFORM]
    )


def _sum(part: OwnerPart, amounts: Mapping[UUID, Money]) -> Money:
    return total([amounts.get(split.id, Money.zero()) for split in part.splits])


def _plan_payout(
    session: Session, step: PaymentStep, part: OwnerPart, amounts: Mapping[UUID, Money], now: datetime
) -> None:
    amount = _sum(part, amounts)
    if amount == Money.zero():
        return
    payout = Payout(
        id=new_id(),
        deal_id=step.deal_id,
        schedule_id=step.id,
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
    for split in part.splits:
        if split.id in amounts:
            session.add(PayoutItem(split_id=split.id, payout_id=payout.id, amount_kopecks=amounts[split.id]))
    audit.record(
        session,
        SYSTEM,
        "payout.planned",
        entity=("payout", payout.id),
        after={"status": payout.status, "amount_kopecks": amount.kopecks},
        now=now,
    )


def _move(
    session: Session, step: PaymentStep, held: Held, written: StepRelease, actor: Actor, now: datetime
) -> None:
    before, left = step.status, held.amount
    if left == Money.zero():
        step.status = StepStatus.RELEASED
        step.released_at = now
    audit.record(
        session,
        actor,
        "step.released" if step.status is StepStatus.RELEASED else "step.part_released",
        entity=("payment_schedule", step.id),
        before={"status": before},
        after={
            "status": step.status,
            "step_no": step.step_no,
            "reason": written.reason,
            "amount_kopecks": written.amount_kopecks.kopecks,
            "held_kopecks": left.kopecks,
        },
        now=now,
    )
