"""What was said about one's deals: disputes and their decisions, and objections to what was reported done."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.deals.acceptance import sealer_of
from shared.deals.acceptance_models import Acceptance
from shared.deals.models import Deal
from shared.disputes.models import Dispute
from shared.disputes.views import facts_of
from shared.privacy.export_rows import Row, Slice, picked
from shared.privacy.obstacles import in_deal


def disputes(session: Session, wanted: Slice) -> list[Row]:
    own = select(Dispute).where(exists().where(Deal.id == Dispute.deal_id, in_deal(wanted.user_id)))
    found = [facts_of(session, each) for each in session.scalars(wanted.of(own, Dispute.id)).all()]
    return [
        picked(each.dispute, "deal_id", "status", "side", "amount_kopecks", "opened_at", "closed_at")
        | {
            "is_opener": each.dispute.opened_by == wanted.user_id,
            "step_no": each.step_no,
            "reason": each.reason,
            "decision": each.decision,
        }
        for each in found
    ]


def objections(session: Session, wanted: Slice) -> list[Row]:
    own = select(Acceptance).where(
        Acceptance.objection.is_not(None),
        exists().where(Deal.id == Acceptance.deal_id, in_deal(wanted.user_id)),
    )
    return [
        picked(each, "deal_id", "asked_at", "settled_at")
        | {
            "is_objector": each.settled_by == wanted.user_id,
            "objection": sealer_of(session, each).open_optional("objection", each.objection),
        }
        for each in session.scalars(wanted.of(own, Acceptance.id)).all()
    ]
