"""Asking for money to go back: divided at once, decided at once or by a second person."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.audit.service import Actor
from shared.config.refunds import RefundSettings
from shared.deals import service as deals
from shared.deals.models import Deal, DealStatus, PaymentStep
from shared.deals.service import Viewer, seen_by
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.payments import remains
from shared.payments.errors import PaymentNotFound
from shared.payments.models import Payment, PaymentStatus
from shared.refunds import covering, finding, sources, trail
from shared.refunds.division import divide
from shared.refunds.errors import DisputedMoneyHeld, NoPartialRefunds, RefundOfDisputed, RefundTooLarge
from shared.refunds.models import Refund, RefundPart, RefundReason, RefundStatus
from shared.security.pii import Sealed
from shared.tasks import service as tasks
from shared.vault import service as vault

#: kind of the task of a refund that a second person must decide
TO_APPROVE: Final = "refund_to_approve"


class Wanted(NamedTuple):
    amount: Money
    reason: RefundReason
    #: in the asker's words; may hold personal data
    comment: str | None = None


def request_refund(
    session: Session,
    *,
    payment_id: UUID,
    wanted: Wanted,
    viewer: Viewer,
    actor: Actor,
    pays_back_parts: Callable[[str], bool],
    settings: RefundSettings,
    now: datetime,
) -> Refund:
    """Give a part or all of a payment back; above the limit a second person must approve it first.

    :param pays_back_parts: whether the terminal that collected can, by its name
    :raises PaymentNotFound: also for a payment of somebody else's deal, or one that is in suspense
    :raises RefundOfDisputed: only staff decide what happens to disputed money
    :raises DisputedMoneyHeld: owners' money is set aside until the dispute is decided
    :raises RefundTooLarge: more than what is left of the payment
    :raises NoPartialRefunds: the provider gives back whole payments only
    """
    payment, deal, step = _locked(session, payment_id, viewer)
    if deal.status is DealStatus.DISPUTE and viewer.reach is not Reach.ANY:
        raise RefundOfDisputed
    if finding.is_held_for_dispute(session, payment.id):
        raise DisputedMoneyHeld
    if wanted.amount != payment.amount_kopecks and not pays_back_parts(payment.provider):
        raise NoPartialRefunds(payment.amount_kopecks)
    refund = new_refund(session, payment, wanted, requested_by=viewer.user_id, now=now)
    refund.deal_id, refund.schedule_id = deal.id, step.id
    refund.comment = _sealed(session, deal, refund.id, wanted.comment)
    if wanted.amount > settings.approval_above:
        refund.status = RefundStatus.AWAITING_APPROVAL
        refund.expires_at = refund.next_at = now + settings.approval_within
    parts = _divide(session, refund, payment)
    trail.record_request(session, refund, actor=actor, now=now)
    if refund.status is RefundStatus.AWAITING_APPROVAL:
        tasks.open_task(session, TO_APPROVE, entity=("refund", refund.id), reason="above_limit", now=now)
    else:
        decide(session, refund, payment, step, parts, now=now)
    session.flush()
    return refund


def decide(
    session: Session,
    refund: Refund,
    payment: Payment,
    step: PaymentStep,
    parts: dict[UUID, RefundPart],
    *,
    now: datetime,
) -> None:
    """The refund will be: its money is taken from whoever has it, and set aside if there is cover."""
    splits = finding.splits_of(session, payment.id)
    for split in splits:
        if refund.status is RefundStatus.AWAITING_APPROVAL and split.id in parts:
            split.refund_waiting_kopecks -= parts[split.id].amount_kopecks
    sources.settle(session, refund, payment, splits, parts, now=now)
    covering.accept(session, refund, payment, step, splits, parts, now=now)


def new_refund(
    session: Session, payment: Payment, wanted: Wanted, *, requested_by: UUID | None, now: datetime
) -> Refund:
    """A refund that waits for its cover; neither added nor divided."""
    return Refund(
        id=new_id(),
        payment_id=payment.id,
        amount_kopecks=wanted.amount,
        status=RefundStatus.AWAITING_COVER,
        reason=wanted.reason,
        requested_by=requested_by,
        provider=payment.provider,
        refunded_from=finding.collected_into(session, payment).key,
        provider_key=uuid4(),
        attempt=1,
        tries=0,
        next_at=now + covering.SOON,
        created_at=now,
    )


def _locked(session: Session, payment_id: UUID, viewer: Viewer) -> tuple[Payment, Deal, PaymentStep]:
    found = session.execute(
        select(Payment.deal_id, Payment.schedule_id)
        .join(Deal, Deal.id == Payment.deal_id)
        .where(Payment.id == payment_id, Payment.status == PaymentStatus.RECEIVED, seen_by(viewer))
    ).one_or_none()
    if found is None:
        raise PaymentNotFound
    deal = deals.deal_for_update(session, found.deal_id)
    step = session.get_one(PaymentStep, found.schedule_id, with_for_update=True, populate_existing=True)
    payment = session.get_one(Payment, payment_id, with_for_update=True, populate_existing=True)
    return payment, deal, step


def _divide(session: Session, refund: Refund, payment: Payment) -> dict[UUID, RefundPart]:
    """Add the refund with its parts; while it waits for approval, nothing else may take what they name.

    :raises DisputedMoneyHeld: owners' money is set aside until the dispute is decided
    :raises RefundTooLarge: more than what is left
    """
    splits = finding.splits_of(session, payment.id)
    left = [remains.refundable(split) for split in splits]
    if refund.amount_kopecks > total(left):
        raise RefundTooLarge(refund.amount_kopecks, total(left))
    session.add(refund)
    session.flush()
    parts = {}
    for split, amount in zip(splits, divide(refund.amount_kopecks, left), strict=True):
        if amount == Money.zero():
            continue
        parts[split.id] = RefundPart(
            refund_id=refund.id,
            split_id=split.id,
            amount_kopecks=amount,
            from_hold_kopecks=Money.zero(),
            from_payable_kopecks=Money.zero(),
            as_receivable_kopecks=Money.zero(),
            fee_net_kopecks=Money.zero(),
            fee_vat_kopecks=Money.zero(),
        )
        if refund.status is RefundStatus.AWAITING_APPROVAL:
            split.refund_waiting_kopecks += amount
    session.add_all(parts.values())
    session.flush()
    return parts


def _sealed(session: Session, deal: Deal, refund_id: UUID, comment: str | None) -> Sealed | None:
    if comment is None:
        return None
    sealer = vault.Sealer(vault.key_of(session, deal.id), table=Refund.__tablename__, row=refund_id)
    return sealer.seal("comment", comment)
