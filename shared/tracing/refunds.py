"""Whose kopecks a refund pays back: one call, from the signed terms to the postings."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.deals.service import Viewer
from shared.kernel.money import Money
from shared.payments.models import Payment, Split, SplitLine
from shared.payments.views import OwnerWord, owner_word
from shared.refunds import views
from shared.refunds.errors import RefundNotFound
from shared.refunds.models import Refund, RefundPart
from shared.tracing.chain import chain_of
from shared.tracing.links import Chain


class PartLink(NamedTuple):
    """What one split gives back, and out of what; the sources are nothing until the refund is approved."""

    split_id: UUID
    line: SplitLine
    owner: OwnerWord
    amount_kopecks: Money
    from_hold_kopecks: Money
    from_payable_kopecks: Money
    as_receivable_kopecks: Money
    fee_net_kopecks: Money
    fee_vat_kopecks: Money


class RefundChain(NamedTuple):
    """The parts sum to the refund's amount."""

    refund: Refund
    parts: Sequence[PartLink]
    chain: Chain


def explain_refund(session: Session, refund_id: UUID, viewer: Viewer) -> RefundChain:
    """:raises RefundNotFound: also somebody else's, and one of a payment that never belonged to a deal"""
    refund = views.visible_refund(session, refund_id, viewer).refund
    payment = session.get_one(Payment, refund.payment_id)
    if payment.terms_sha256 is None:
        raise RefundNotFound
    rows = session.execute(
        select(RefundPart, Split)
        .join(Split, Split.id == RefundPart.split_id)
        .where(RefundPart.refund_id == refund.id)
        .order_by(Split.position)
    ).all()
    parts = [_link(part, split) for part, split in rows]
    return RefundChain(refund, parts, chain_of(session, payment, refunds=[refund.id]))


def _link(part: RefundPart, split: Split) -> PartLink:
    return PartLink(
        split.id,
        split.line,
        owner_word(split.owner_user_id, split.owner_organization_id),
        part.amount_kopecks,
        part.from_hold_kopecks,
        part.from_payable_kopecks,
        part.as_receivable_kopecks,
        part.fee_net_kopecks,
        part.fee_vat_kopecks,
    )
