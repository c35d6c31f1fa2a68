"""Where the kopecks of a payout come from: one call, from the signed terms to the postings."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.deals.service import Viewer
from shared.kernel.money import Money
from shared.payments.models import Payment, Split
from shared.payouts.errors import PayoutNotFound
from shared.payouts.models import Payout, PayoutItem
from shared.payouts.set_off_models import SetOff
from shared.payouts.views import owned_by
from shared.refunds.models import Refund
from shared.tracing.chain import chain_of
from shared.tracing.links import Chain


class ItemLink(NamedTuple):
    """A split that the payout pays, and how much of it."""

    split_id: UUID
    amount_kopecks: Money


class SetOffLink(NamedTuple):
    """What of the payout went to a debt of its owner: the split that was refunded after it had been paid out."""

    receivable_split_id: UUID
    amount_kopecks: Money


class PayoutChain(NamedTuple):
    """The items less the set-offs are the payout's amount."""

    payout: Payout
    items: Sequence[ItemLink]
    set_offs: Sequence[SetOffLink]
    chain: Chain


def explain_payout(session: Session, payout_id: UUID, viewer: Viewer) -> PayoutChain:
    """:raises PayoutNotFound: also somebody else's"""
    payout = session.scalars(select(Payout).where(Payout.id == payout_id, owned_by(viewer))).one_or_none()
    if payout is None:
        raise PayoutNotFound
    items = session.scalars(
        select(PayoutItem).where(PayoutItem.payout_id == payout.id).order_by(PayoutItem.split_id)
    ).all()
    payment = session.scalars(
        select(Payment).where(
            Payment.id.in_(select(Split.payment_id).where(Split.id.in_([item.split_id for item in items])))
        )
    ).one()
    set_offs = session.scalars(
        select(SetOff).where(SetOff.payout_id == payout.id).order_by(SetOff.created_at, SetOff.id)
    )
    refunds = session.scalars(select(Refund.id).where(Refund.payment_id == payment.id)).all()
    return PayoutChain(
        payout,
        [ItemLink(item.split_id, item.amount_kopecks) for item in items],
        [SetOffLink(one.receivable_split_id, one.amount_kopecks) for one in set_offs],
        chain_of(session, payment, payouts=[payout.id], refunds=refunds),
    )
