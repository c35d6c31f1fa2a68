"""What a person leaves behind when he goes: drafts, memberships, invitations, consents. Each is audited as if he did it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals import lifecycle
from shared.deals.models import Deal, DealParty, DealStatus, PartyKind
from shared.documents.models import Document
from shared.organizations import invitations, members
from shared.organizations.invitation_models import Invitation, InvitationStatus
from shared.organizations.models import OrganizationMember
from shared.privacy.obstacles import in_deal
from shared.privacy.shredding import Traces, nobody
from shared.signatures.models import Signature
from shared.users import consents
from shared.vault import service as vault
from shared.vault.service import Sealer

#: in place of a name that nothing holds
GONE: Final = "Данные удалены"


def cancel_drafts(session: Session, user_id: UUID, traces: Traces, *, actor: Actor, now: datetime) -> None:
    """A draft without its agent or its client comes to nothing."""
    named = exists().where(DealParty.deal_id == Deal.id, _typed_in(traces))
    drafts = session.scalars(
        select(Deal)
        .where(Deal.status == DealStatus.DRAFT, or_(in_deal(user_id), named))
        .order_by(Deal.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    for deal in drafts.all():
        lifecycle.move(deal, DealStatus.CANCELLED, now=now)
        session.flush()
        audit.record(
            session,
            actor,
            "deal.cancelled",
            entity=("deal", deal.id),
            before={"status": DealStatus.DRAFT},
            after={"status": DealStatus.CANCELLED, "reason": "person_erased"},
            now=now,
        )


def empty_unsigned_parties(session: Session, user_id: UUID, traces: Traces, *, now: datetime) -> None:
    """Himself in deals that ended before anybody signed, drafts among them: no law holds what binds nobody."""
    signed = exists().where(Signature.document_id == Document.id, Document.deal_id == Deal.id)
    parties = session.scalars(
        select(DealParty)
        .join(Deal, Deal.id == DealParty.deal_id)
        .where(
            or_(DealParty.user_id == user_id, _typed_in(traces)),
            Deal.status == DealStatus.CANCELLED,
            Deal.signed_at.is_(None),
            ~signed,
        )
        .with_for_update(of=DealParty)
        .execution_options(populate_existing=True)
    ).all()
    for party in parties:
        sealer = Sealer(
            vault.renew_key(session, party.id, now=now), table=DealParty.__tablename__, row=party.id
        )
        party.name = sealer.seal("name", GONE)
        party.phone = party.phone_index = party.email = party.passport = party.address = None
    session.flush()
    papers = select(Document.id).where(Document.deal_id.in_({party.deal_id for party in parties}))
    vault.destroy(session, session.scalars(papers).all(), now=now)


def leave_organizations(session: Session, user_id: UUID, *, actor: Actor, now: datetime) -> None:
    """:raises LastAdmin, MemberUnderContract: an obstacle came up meanwhile"""
    ids = session.scalars(
        select(OrganizationMember.organization_id)
        .where(OrganizationMember.user_id == user_id, OrganizationMember.removed_at.is_(None))
        .distinct()
        .order_by(OrganizationMember.organization_id)
    )
    for organization_id in ids.all():
        members.remove(session, organization_id=organization_id, user_id=user_id, actor=actor, now=now)


def revoke_invitations(
    session: Session, user_id: UUID, traces: Traces, *, actor: Actor, now: datetime
) -> None:
    """Those to him, which also forget his address, and those that he sent."""
    to_him = Invitation.address_index.in_(traces.all)
    found = session.scalars(
        select(Invitation).where(or_(to_him, Invitation.invited_by == user_id)).with_for_update()
    )
    for invitation in found.all():
        if invitation.status is InvitationStatus.PENDING:
            invitations.decide(session, invitation, InvitationStatus.REVOKED, actor=actor, now=now)
        if invitation.address_index in traces.all:
            invitation.address_index = nobody()
    session.flush()


def withdraw_consents(session: Session, user_id: UUID, *, actor: Actor, now: datetime) -> None:
    for given in consents.live(session, user_id).values():
        consents.end(session, given, actor=actor, now=now)


def _typed_in(traces: Traces) -> ColumnElement[bool]:
    """An agent typed his phone in, and the deal doesn't know him yet."""
    return and_(DealParty.kind == PartyKind.EXTERNAL, DealParty.phone_index.in_(traces.phones))
