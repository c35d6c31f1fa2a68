"""An external party becomes a user: when he verifies the phone that it carries, or when a deal is submitted to a
person who verified it before.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals import service as deals
from shared.deals.errors import PartiesCollide
from shared.deals.models import Deal, DealParty, DealStatus, PartyKind
from shared.organizations.models import OrganizationMember
from shared.users import service as users
from shared.vault import service as vault

#: in these nothing changes any more
_OVER: Final = frozenset({DealStatus.CANCELLED, DealStatus.CLOSED})


def attach(session: Session, *, user_id: UUID, phone: str, actor: Actor, now: datetime) -> int:
    """Attach the person to the external parties that carry his verified ``phone`` (E.164); how many.

    Nobody is client and executor in one deal: what he executes himself, or his agency does, is left alone.
    """
    found = session.scalars(
        select(DealParty)
        .join(Deal, Deal.id == DealParty.deal_id)
        .where(
            DealParty.phone_index.in_(vault.indexes_of("phone", phone)),
            DealParty.kind == PartyKind.EXTERNAL,
            Deal.status.not_in(_OVER),
            ~_executes(user_id),
        )
        .with_for_update(of=DealParty)
    ).all()
    for party in found:
        _join(session, party, user_id, actor, now)
    return len(found)


def attach_known(session: Session, deal: Deal, *, actor: Actor, now: datetime) -> None:
    """Attach the client whose phone is a known person's by now.

    :raises PartiesCollide: that person is on the executor's side
    """
    party = deals.client_party(session, deal.id)
    phone = deals.party_contacts(session, party).phone
    person = None if phone is None else users.find_by_phone(session, phone)
    if person is None or party.kind is not PartyKind.EXTERNAL:
        return
    if session.scalar(select(exists().where(Deal.id == deal.id, _executes(person.id)))):
        raise PartiesCollide
    _join(session, party, person.id, actor, now)


def _executes(user_id: UUID) -> ColumnElement[bool]:
    """The deal is the person's own as agent or executor, or his organization's."""
    member = exists().where(
        OrganizationMember.organization_id == Deal.executor_organization_id,
        OrganizationMember.user_id == user_id,
        OrganizationMember.removed_at.is_(None),
    )
    # Not ``==``: of an agency's deal the person is NULL, and so would be the negation.
    himself = Deal.executor_user_id.is_not_distinct_from(user_id)
    return or_(Deal.agent_id == user_id, himself, member)


def _join(session: Session, party: DealParty, user_id: UUID, actor: Actor, now: datetime) -> None:
    party.kind = PartyKind.USER
    party.user_id = user_id
    audit.record(
        session,
        actor,
        "party.attached",
        entity=("deal_party", party.id),
        before={"kind": PartyKind.EXTERNAL},
        after={"kind": party.kind, "user_id": str(user_id), "deal_id": str(party.deal_id)},
        now=now,
    )
