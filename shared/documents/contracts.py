"""The contracts that exist: a deal's service contract, made at submission, and an agency's subcontract."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals import freezing, moving, parties, renewal
from shared.deals import service as deals
from shared.deals.models import Deal, DealStatus, DealTerms
from shared.deals.service import Viewer
from shared.documents import contents, making, reading, templates
from shared.documents.errors import NothingToGenerate
from shared.documents.making import Side
from shared.documents.models import Document, DocumentKind, DocumentStatus
from shared.documents.reading import DocumentFacts
from shared.organizations import subcontracts
from shared.organizations.models import ServiceSubcontract
from shared.outbox import service as outbox


def submit_deal(
    session: Session, *, deal_id: UUID, viewer: Viewer, revision: int | None, actor: Actor, now: datetime
) -> Deal:
    """Freeze the terms and have the contract made; the parties are told when it can be read.

    :param revision: the ETag that the caller saw
    :raises DealNotFound: also for somebody else's deal
    :raises DealChanged: the deal was changed meanwhile
    :raises TransitionNotAllowed: it isn't a draft
    :raises ContractDataMissing: something that the contract must name isn't known
    :raises ContractImpossible: what it would say is no contract
    The refusals of ``renewal.renew`` pass through.
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    deals.require_revision(deal, revision)
    deal.submitted_at = now
    moving.move(session, deal, DealStatus.AWAITING_SIGNATURES, actor=actor, now=now)
    renewal.renew(session, deal, now=now)
    parties.attach_known(session, deal, actor=actor, now=now)
    terms = freezing.freeze(session, deal, now=now)
    document = _make_contract(session, deal, terms, actor, now)
    audit.record(
        session,
        actor,
        "deal.submitted",
        entity=("deal", deal.id),
        after={"document": document.number, "terms_sha256": (terms.sha256 or b"").hex()},
        now=now,
    )
    session.flush()
    return deal


def contract_of(
    session: Session, *, deal_id: UUID, viewer: Viewer, actor: Actor, now: datetime
) -> DocumentFacts:
    """The deal's contract; one whose making failed is made again.

    :raises DealNotFound: also for somebody else's deal
    :raises NothingToGenerate: the deal was not submitted yet
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    found = session.scalars(
        select(Document)
        .where(
            Document.deal_id == deal_id,
            Document.kind == DocumentKind.SERVICE_CONTRACT,
            Document.status.not_in({DocumentStatus.VOID, DocumentStatus.FAILED}),
        )
        .order_by(Document.created_at.desc())
        .limit(1)
    ).one_or_none()
    if found is not None:
        # What was given up (storage was away too long) is asked for again.
        for key in (making.order_key(found.id), making.seal_key(found.id)):
            if outbox.revive(session, key, now=now):
                audit.record(session, actor, "document.asked_again", entity=("document", found.id), now=now)
    else:
        if deal.status is not DealStatus.AWAITING_SIGNATURES:
            raise NothingToGenerate
        found = _make_contract(session, deal, deals.frozen_terms(session, deal_id), actor, now)
    return reading.facts_of(session, found.id, viewer)


def open_subcontract(
    session: Session,
    *,
    organization_id: UUID,
    agent_phone: str,
    share_bps: int | None,
    created_by: UUID,
    actor: Actor,
    now: datetime,
) -> tuple[ServiceSubcontract, Document]:
    """An agency offers a self-employed agent its service contract; for refusals see ``subcontracts``."""
    subcontract = subcontracts.open_subcontract(
        session,
        organization_id=organization_id,
        agent_phone=agent_phone,
        share_bps=share_bps,
        actor=actor,
        now=now,
    )
    session.flush()
    template = templates.registered(
        session, templates.SUBCONTRACT, kind=DocumentKind.SERVICE_SUBCONTRACT, deal_type=None, now=now
    )
    document = making.make(
        session,
        kind=DocumentKind.SERVICE_SUBCONTRACT,
        template=template,
        contents=lambda document_id, number: contents.service_subcontract(
            session, subcontract=subcontract, number=number, document_id=document_id, now=now
        ),
        sides=[
            Side("Заказчик", organization_id=organization_id),
            Side("Исполнитель", user_id=subcontract.agent_id),
        ],
        subcontract_id=subcontract.id,
        created_by=created_by,
        actor=actor,
        now=now,
    )
    return subcontract, document


def _make_contract(session: Session, deal: Deal, terms: DealTerms, actor: Actor, now: datetime) -> Document:
    template = templates.registered(
        session,
        templates.CONTRACTS[deal.type],
        kind=DocumentKind.SERVICE_CONTRACT,
        deal_type=deal.type,
        now=now,
    )
    client = deals.client_party(session, deal.id)
    return making.make(
        session,
        kind=DocumentKind.SERVICE_CONTRACT,
        template=template,
        contents=lambda document_id, number: contents.service_contract(
            session, deal=deal, terms=terms, number=number, document_id=document_id, now=now
        ),
        sides=[
            Side("Заказчик", party_id=client.id),
            Side("Исполнитель", user_id=deal.executor_user_id, organization_id=deal.executor_organization_id),
        ],
        deal_id=deal.id,
        terms_sha256=terms.sha256,
        created_by=deal.agent_id,
        actor=actor,
        now=now,
    )
