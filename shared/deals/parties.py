"""An external party becomes a user when a person verifies the phone that it carries."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals.models import Deal, DealParty, DealStatus, PartyKind
from shared.vault import service as vault

#: in these nothing changes any more
_OVER: Final = frozenset({DealStatus.CANCELLED, DealStatus.CLOSED})


def attach(session: Session, *, user_id: UUID, phone: str, actor: Actor, now: datetime) -> int:
    """Attach the person to the external parties that carry his verified ``phone`` (E.164); how many."""
    found = session.scalars(
        select(DealParty)
        .join(Deal, Deal.id == DealParty.deal_id)
        .where(
            DealParty.phone_index == vault.index_of("phone", phone),
            DealParty.kind == PartyKind.EXTERNAL,
            Deal.status.not_in(_OVER),
        )
        .with_for_update(of=DealParty)
    ).all()
    for party in found:
        party.kind = PartyKind.USER
        party.user_id = user_id
        audit.record(session, actor, "party.attached", entity=("deal_party", party.id), now=now)
    return len(found)
