"""The money that a dispute is about: what is left of its steps, and what of it is set aside while it is open."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM
from shared.deals import service as deals
from shared.deals.models import PaymentStep, StepStatus
from shared.disputes.models import Dispute, DisputeHold
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances, refund_flows
from shared.payments import remains
from shared.payments.models import Payment, PaymentStatus, Split
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.owner_parts import parts_of
from shared.payouts.shrinking import take_back_reservations

DISPUTED = "disputed"


class Disputed(NamedTuple):
    """A paid step of the dispute, with its payment's splits."""

    step: PaymentStep
    payment: Payment
    splits: Sequence[Split]

    @property
    def left(self) -> Money:
        """What has neither gone back nor is about to."""
        return total([remains.refundable(split) for split in self.splits])

    @property
    def posted(self) -> Money:
        return total([remains.posted(split) for split in self.splits])

    @property
    def free(self) -> Money:
        """Held, and wanted back by nobody."""
        held = total([remains.held(split) for split in self.splits])
        waiting = total([split.refund_waiting_kopecks for split in self.splits])
        return max(held - waiting, Money.zero())


def disputed_of(session: Session, deal_id: UUID, schedule_id: UUID | None) -> list[Disputed]:
    """The paid steps, locked, as is their deal; a parted step's parts stand for it."""
    plan = list(
        session.scalars(
            select(PaymentStep)
            .where(PaymentStep.deal_id == deal_id)
            .order_by(PaymentStep.step_no)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    if schedule_id is not None:
        plan = deals.with_parts(plan, schedule_id)
    paid = [step for step in plan if step.status in {StepStatus.PAID, StepStatus.RELEASED}]
    return [_disputed(session, step) for step in paid]


def hold(session: Session, dispute: Dispute, disputed: Sequence[Disputed], *, now: datetime) -> None:
    """Nothing of the deal that can be stopped is paid out; what is released of the disputed steps is set aside.

    :param dispute: new; its deal is locked
    """
    chosen = {each.payment.id for each in disputed}
    for each in disputed_of(session, dispute.deal_id, None):
        for part in parts_of(each.splits):
            take_back_reservations(session, part, reason=DISPUTED, now=now)
            account = accounts.payable(part.owner_id, part.account_split_id)
            unpaid = balances.balance_of(session, account)
            if each.payment.id not in chosen or unpaid == Money.zero():
                continue
            session.add(
                DisputeHold(
                    dispute_id=dispute.id,
                    split_id=part.account_split_id,
                    owner_id=part.owner_id,
                    amount_kopecks=unpaid,
                )
            )
            refund_flows.dispute_opened(
                session,
                reference=f"{dispute.id}:{part.account_split_id}",
                owner_id=part.owner_id,
                split_id=part.account_split_id,
                amount=unpaid,
                occurred_at=now,
            )
            audit.record(
                session,
                SYSTEM,
                "dispute.held",
                entity=("dispute", dispute.id),
                after={"split_id": str(part.account_split_id), "amount_kopecks": unpaid.kopecks},
                now=now,
            )


def let_go(session: Session, dispute: Dispute, *, now: datetime) -> None:
    """What was set aside is its owners' again; what of it goes back to the client, a refund takes from them."""
    holds = session.scalars(
        select(DisputeHold).where(DisputeHold.dispute_id == dispute.id).order_by(DisputeHold.split_id)
    )
    for each in holds:
        refund_flows.dispute_decided(
            session,
            reference=f"{dispute.id}:{each.split_id}",
            owner_id=each.owner_id,
            split_id=each.split_id,
            to_owner=each.amount_kopecks,
            to_payer=Money.zero(),
            refund_id=None,
            occurred_at=now,
        )


def wake_payouts(session: Session, deal_id: UUID, *, now: datetime) -> None:
    """Payouts that the freeze stopped are looked at by the next run."""
    session.execute(
        update(Payout)
        .where(Payout.deal_id == deal_id, Payout.status == PayoutStatus.PLANNED)
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )


def _disputed(session: Session, step: PaymentStep) -> Disputed:
    payment = session.scalars(
        select(Payment).where(Payment.schedule_id == step.id, Payment.status == PaymentStatus.RECEIVED)
    ).one()
    splits = session.scalars(
        select(Split)
        .where(Split.payment_id == payment.id)
        .order_by(Split.position)
        .execution_options(populate_existing=True)
    ).all()
    return Disputed(step, payment, splits)
