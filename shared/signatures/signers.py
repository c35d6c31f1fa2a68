"""Who the caller signs for, and whether he may now."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.deals import service as deals
from shared.deals.models import DealParty
from shared.deals.service import Viewer
from shared.documents import events, reading
from shared.documents.errors import DocumentNotOpen, DocumentNotReady
from shared.documents.models import Document, DocumentSigner, DocumentStatus, SignerStatus
from shared.organizations import service as organizations
from shared.signatures.errors import (
    AgreementNeeded,
    AlreadySigned,
    DocumentNotRead,
    NameNeeded,
    NotYourSignature,
    NotYourTurn,
    PhoneNeeded,
)
from shared.users import agreements
from shared.users import service as users
from shared.users.models import SignatureAgreement, User


class SigningPerson(NamedTuple):
    """The person, the side he signs for, and his key: the verified phone."""

    signer: DocumentSigner
    user_id: UUID
    full_name: str
    phone: str
    phone_verified_at: datetime
    position: str | None
    basis: str | None
    agreement: SignatureAgreement


def person_for(session: Session, document: Document, viewer: Viewer, *, now: datetime) -> SigningPerson:
    """The caller as a signer who may sign now.

    :raises DocumentNotReady, DocumentNotOpen: the document can't be signed in its state
    :raises NotYourSignature, AlreadySigned, NotYourTurn: the side isn't his, done, or not next
    :raises PhoneNeeded, AgreementNeeded, DocumentNotRead: what must come before a signature
    """
    if document.status is DocumentStatus.RENDERING:
        raise DocumentNotReady
    sides = reading.signers_of(session, document.id)
    own = next((side for side in sides if _is_his(session, side, viewer, now)), None)
    if own is None:
        raise NotYourSignature
    if own.status is SignerStatus.SIGNED:
        raise AlreadySigned
    if document.status is not DocumentStatus.READY:
        raise DocumentNotOpen
    before = next((side for side in sides if side.status is not SignerStatus.SIGNED), own)
    if before.id != own.id:
        raise NotYourTurn(before.side)
    return _prepared(session, document, own, viewer.user_id, now)


def _is_his(session: Session, side: DocumentSigner, viewer: Viewer, now: datetime) -> bool:
    if side.organization_id is not None:
        signers = organizations.signers(session, side.organization_id, now=now)
        return any(signer.user_id == viewer.user_id for signer in signers)
    if side.party_id is not None:
        return session.get_one(DealParty, side.party_id).user_id == viewer.user_id
    return side.user_id == viewer.user_id


def _prepared(
    session: Session, document: Document, side: DocumentSigner, user_id: UUID, now: datetime
) -> SigningPerson:
    user = session.get_one(User, user_id)
    phone = users.contacts_of(session, user_id).phone
    if phone is None or user.phone_verified_at is None:
        raise PhoneNeeded
    agreement = agreements.accepted(session, user_id)
    if agreement is None:
        raise AgreementNeeded
    if not events.was_read_by(session, document.id, user_id):
        raise DocumentNotRead
    position, basis = _authority(session, side, user_id, now)
    name = _name(session, side, user_id)
    return SigningPerson(side, user_id, name, phone, user.phone_verified_at, position, basis, agreement)


def _authority(
    session: Session, side: DocumentSigner, user_id: UUID, now: datetime
) -> tuple[str | None, str | None]:
    if side.organization_id is None:
        return None, None
    signers = organizations.signers(session, side.organization_id, now=now)
    own = next(signer for signer in signers if signer.user_id == user_id)
    return own.position, own.basis


def _name(session: Session, side: DocumentSigner, user_id: UUID) -> str:
    """A client is named as the contract names him; others as their profile does."""
    if side.party_id is not None:
        party = session.get_one(DealParty, side.party_id)
        return deals.party_contacts(session, party).name
    name = users.profile_of(session, user_id).full_name
    if name is None:
        raise NameNeeded
    return name
