"""The act of completion: made by the executor's side, signed by it first, then accepted by the client or his silence."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals import acceptance, lifecycle
from shared.deals import service as deals
from shared.deals.acceptance_models import AcceptedBy
from shared.deals.errors import TransitionNotAllowed
from shared.deals.models import Deal, DealStatus
from shared.deals.service import Viewer
from shared.documents import act_contents, events, making, reading, templates
from shared.documents.act_contents import Worth
from shared.documents.errors import ActExists, ContractNotSigned
from shared.documents.making import Side
from shared.documents.models import (
    Document,
    DocumentKind,
    DocumentSigner,
    DocumentStatus,
    SignerStatus,
)
from shared.documents.reading import DocumentFacts

_GONE = frozenset({DocumentStatus.VOID, DocumentStatus.FAILED})


def complete_deal(
    session: Session, *, deal_id: UUID, viewer: Viewer, worth: Worth, actor: Actor, now: datetime
) -> DocumentFacts:
    """Make the act of a deal whose services are rendered; its executor is told when he can sign it.

    :param worth: what is left of the deal's paid steps
    :raises DealNotFound: also for a deal that isn't the caller's
    :raises TransitionNotAllowed: only a deal that is being performed can be completed
    :raises ActExists: it was made already, and isn't objected to
    :raises ContractDataMissing, ContractImpossible: as they say
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    if deal.status is not DealStatus.IN_PROGRESS:
        labels = lifecycle.LABELS
        raise TransitionNotAllowed(labels[deal.status], labels[DealStatus.COMPLETED])
    if act_of(session, deal_id) is not None:
        raise ActExists
    document = _make(session, deal, worth, actor, now)
    return reading.facts_of(session, document.id, viewer)


def object_to(
    session: Session, *, deal_id: UUID, objection: str, viewer: Viewer, actor: Actor, now: datetime
) -> Deal:
    """The client objects to the act in his words: it is void, and another may be made once things are put right.

    :raises DealNotFound: also for somebody else's deal
    :raises NotTheClient, DealNotGoingOn, NothingToAccept: as they say
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    acceptance.require_client(session, deal_id, viewer)
    acceptance.require_going_on(deal)
    asked = acceptance.answered(session, deal_id, None)
    acceptance.object_to(session, asked, objection=objection, actor=actor, now=now)
    void(session, deal, actor=actor, now=now)
    return deal


def void(session: Session, deal: Deal, *, actor: Actor, now: datetime) -> None:
    """An act that not all have signed can't be signed any more; nothing where there is none.

    :param deal: locked
    """
    document = act_of(session, deal.id, lock=True)
    if document is None or document.status not in {DocumentStatus.RENDERING, DocumentStatus.READY}:
        return
    before, document.status = document.status, DocumentStatus.VOID
    events.append(session, document, events.VOIDED, actor_id=actor.user_id, facts={}, now=now)
    audit.record(
        session,
        actor,
        "document.voided",
        entity=("document", document.id),
        before={"status": before},
        after={"status": document.status},
        now=now,
    )


def note_signature(
    session: Session,
    deal: Deal,
    sides: list[DocumentSigner],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """A side has signed the act: the client is asked, and by the last signature the services are accepted.

    :param deal: locked
    :raises DealNotGoingOn: it is in dispute, or over
    """
    acceptance.require_going_on(deal)
    asked = acceptance.asked(session, deal.id, None)
    if any(side.status is not SignerStatus.SIGNED for side in sides):
        if asked is None:
            acceptance.ask(session, deal, None, actor=actor, now=now)
    elif asked is not None:
        acceptance.accept(session, deal, asked, by=AcceptedBy.SIGNATURES, actor=actor, now=now)
    # Else his silence had accepted it before: the late signature is the document's alone.


def act_of(session: Session, deal_id: UUID, *, lock: bool = False) -> Document | None:
    """The deal's act that is neither void nor failed."""
    found = select(Document).where(
        Document.deal_id == deal_id,
        Document.kind == DocumentKind.ACT_OF_COMPLETION,
        Document.status.not_in(_GONE),
    )
    if lock:
        found = found.with_for_update().execution_options(populate_existing=True)
    return session.scalars(found).one_or_none()


def _make(session: Session, deal: Deal, worth: Worth, actor: Actor, now: datetime) -> Document:
    contract = session.scalars(
        select(Document).where(
            Document.deal_id == deal.id,
            Document.kind == DocumentKind.SERVICE_CONTRACT,
            Document.status.in_({DocumentStatus.SIGNED, DocumentStatus.SEALED}),
        )
    ).one_or_none()
    if contract is None:
        raise ContractNotSigned
    template = templates.registered(
        session, templates.ACT, kind=DocumentKind.ACT_OF_COMPLETION, deal_type=None, now=now
    )
    left = worth(session, deal.id)
    return making.make(
        session,
        kind=DocumentKind.ACT_OF_COMPLETION,
        template=template,
        contents=lambda document_id, number: act_contents.act_of_completion(
            session,
            deal=deal,
            contract=contract,
            worth=left,
            number=number,
            document_id=document_id,
            now=now,
        ),
        sides=[
            Side("Исполнитель", user_id=deal.executor_user_id, organization_id=deal.executor_organization_id),
            Side("Заказчик", party_id=deals.client_party(session, deal.id).id),
        ],
        deal_id=deal.id,
        terms_sha256=deals.frozen_terms(session, deal.id).sha256,
        created_by=deal.agent_id,
        actor=actor,
        now=now,
    )
