"""What an export tells of a person's deals: his part of them in full, of the others only role and name."""

import json
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from shared.deals import service as deals
from shared.deals.models import Deal, DealParty, DealTerms, PaymentStep
from shared.documents import reading
from shared.documents.models import Document, DocumentStatus
from shared.organizations.models import ServiceSubcontract
from shared.payments.models import Payment
from shared.payouts.models import Payout
from shared.ports.storage import DownloadLinks
from shared.privacy.export_rows import Json, Row, Slice, picked, plain
from shared.privacy.obstacles import in_deal
from shared.receipts.models import Receipt
from shared.receipts.views import link_of
from shared.signatures.models import Signature
from shared.vault import service as vault
from shared.vault.models import PersonKey
from shared.vault.service import Sealer

#: of a link to a file in an export
LINK_LIVES: Final = timedelta(minutes=15)


def deals_of(session: Session, wanted: Slice) -> list[Row]:
    """As agent, executor or party, with the plan and the newest terms."""
    found = session.scalars(wanted.of(select(Deal).where(in_deal(wanted.user_id)), Deal.id)).all()
    ids = [deal.id for deal in found]
    parties, plans, terms = _parties(session, ids), _plans(session, ids), _terms(session, ids)
    owners = [*ids, *(party.id for each in parties.values() for party in each)]
    # Held to the end, so that opening a party asks the database nothing more.
    keys = session.scalars(select(PersonKey).where(PersonKey.owner_id.in_(owners))).all()
    rows = [
        picked(deal, "number", "type", "status", "property_type", "city", "created_at", "signed_at")
        | {
            "is_agent": deal.agent_id == wanted.user_id,
            "address": deals.address_of(session, deal),
            "price_kopecks": plain(terms[deal.id].price_kopecks),
            "commission_kopecks": plain(terms[deal.id].commission_kopecks),
            "parties": [_party(session, wanted, party) for party in parties[deal.id]],
            "plan": [
                picked(
                    step,
                    "step_no",
                    "part_of",
                    "is_advance",
                    "amount_kopecks",
                    "trigger",
                    "due_on",
                    "status",
                    "paid_at",
                )
                for step in plans[deal.id]
            ],
        }
        for deal in found
    ]
    del keys
    return rows


def _party(session: Session, wanted: Slice, party: DealParty) -> Json:
    contacts = deals.party_contacts(session, party)
    if party.user_id != wanted.user_id:
        return {"role": party.role, "name": contacts.name}
    sealer = deals.party_sealer(session, party)
    passport = sealer.open_optional("passport", party.passport)
    return {
        "role": party.role,
        "name": contacts.name,
        "phone": contacts.phone,
        "email": contacts.email,
        "address": sealer.open_optional("address", party.address),
        "passport": None if passport is None else plain(json.loads(passport)),
    }


def _parties(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[DealParty]]:
    found: dict[UUID, list[DealParty]] = defaultdict(list)
    query = select(DealParty).where(DealParty.deal_id.in_(ids)).order_by(DealParty.signing_order)
    for party in session.scalars(query):
        found[party.deal_id].append(party)
    return found


def _plans(session: Session, ids: Sequence[UUID]) -> dict[UUID, list[PaymentStep]]:
    found: dict[UUID, list[PaymentStep]] = defaultdict(list)
    query = select(PaymentStep).where(PaymentStep.deal_id.in_(ids)).order_by(PaymentStep.step_no)
    for step in session.scalars(query):
        found[step.deal_id].append(step)
    return found


def _terms(session: Session, ids: Sequence[UUID]) -> dict[UUID, DealTerms]:
    query = select(DealTerms).where(DealTerms.deal_id.in_(ids)).order_by(DealTerms.version)
    return {terms.deal_id: terms for terms in session.scalars(query)}


def documents(session: Session, wanted: Slice, links: DownloadLinks) -> list[Row]:
    """Of his deals and of his service contracts, with a link to the file that lives for ``LINK_LIVES``."""
    of_deal = exists().where(Deal.id == Document.deal_id, in_deal(wanted.user_id))
    of_contract = exists().where(
        ServiceSubcontract.id == Document.subcontract_id, ServiceSubcontract.agent_id == wanted.user_id
    )
    own = select(Document).where(or_(of_deal, of_contract))
    return [
        picked(
            document,
            "number",
            "kind",
            "status",
            "deal_id",
            "sha256",
            "sealed_sha256",
            "size_bytes",
            "created_at",
            "signed_at",
            "sealed_at",
        )
        | {"file": _link(document, links)}
        for document in session.scalars(wanted.of(own, Document.id))
    ]


def _link(document: Document, links: DownloadLinks) -> str | None:
    if document.status is DocumentStatus.SEALED:
        key, name = reading.sealed_key(document.id), f"{document.number}-подписан.pdf"
    elif document.status in {DocumentStatus.READY, DocumentStatus.SIGNED}:
        key, name = reading.file_key(document.id), f"{document.number}.pdf"
    else:
        return None
    return links.presign(key, filename=name, expires_seconds=int(LINK_LIVES.total_seconds()))


def signatures(session: Session, wanted: Slice) -> list[Row]:
    """His own, with all their evidence, also those that he gave for an organization."""
    own = select(Signature).where(Signature.user_id == wanted.user_id)
    found = session.scalars(wanted.of(own, Signature.id)).all()
    return [_signature(session, each) for each in found]


def _signature(session: Session, signature: Signature) -> Row:
    sealer = Sealer(vault.key_of(session, signature.id), table=Signature.__tablename__, row=signature.id)
    shown = picked(
        signature,
        "document_id",
        "document_sha256",
        "template_name",
        "template_version",
        "organization_id",
        "position",
        "basis",
        "text_shown",
        "phone_verified_at",
        "code_issued_at",
        "delivery",
        "ip",
        "user_agent",
        "signed_at",
    )
    return shown | {
        "name": sealer.open("name", signature.name),
        "phone": sealer.open("phone", signature.phone),
    }


def payments(session: Session, wanted: Slice) -> list[Row]:
    """That came for his deals."""
    own = select(Payment).where(exists().where(Deal.id == Payment.deal_id, in_deal(wanted.user_id)))
    return [
        picked(each, "deal_id", "amount_kopecks", "provider", "status", "late", "occurred_at")
        for each in session.scalars(wanted.of(own, Payment.id))
    ]


def payouts(session: Session, wanted: Slice) -> list[Row]:
    own = select(Payout).where(Payout.owner_user_id == wanted.user_id)
    return [
        picked(
            each,
            "deal_id",
            "amount_kopecks",
            "status",
            "hold_reason",
            "account_id",
            "failure_reason",
            "created_at",
            "final_at",
        )
        for each in session.scalars(wanted.of(own, Payout.id))
    ]


def receipts(session: Session, wanted: Slice) -> list[Row]:
    """That he made out, and that were made out to him."""
    party = select(DealParty.id).where(DealParty.user_id == wanted.user_id)
    own = select(Receipt).where(or_(Receipt.taxpayer_id == wanted.user_id, Receipt.payer_party_id.in_(party)))
    found = session.scalars(wanted.of(own, Receipt.id)).all()
    return [
        picked(
            each,
            "deal_id",
            "kind",
            "status",
            "amount_kopecks",
            "operation_time",
            "hold_reason",
            "registered_at",
        )
        | {"is_taxpayer": each.taxpayer_id == wanted.user_id, "link": link_of(session, each)}
        for each in found
    ]
