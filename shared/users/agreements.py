"""The agreement on electronic interaction: what makes a code a signature (63-ФЗ art. 6(2), 9(2))."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.users import legal_texts
from shared.users.errors import AgreementOutdated, PhoneNeeded
from shared.users.legal_texts import AgreementDocument
from shared.users.models import SignatureAgreement, User


def current() -> AgreementDocument:
    return legal_texts.newest("pep")


def accepted(session: Session, user_id: UUID) -> SignatureAgreement | None:
    """The person's acceptance of the version in force."""
    return session.scalars(
        select(SignatureAgreement).where(
            SignatureAgreement.user_id == user_id,
            SignatureAgreement.document_version == current().version,
        )
    ).one_or_none()


def accept(
    session: Session,
    *,
    user_id: UUID,
    version: str,
    sha256_hex: str,
    ip: str,
    user_agent: str,
    now: datetime,
) -> SignatureAgreement:
    """Accept the text that was shown; a second acceptance of the same version changes nothing.

    :param sha256_hex: of the text as the person read it, 64 lower-case hex digits
    :raises AgreementOutdated: not the version in force
    :raises PhoneNeeded: no verified phone, which is the key of the signature
    """
    document = current()
    if (version, sha256_hex) != (document.version, document.sha256.hex()):
        raise AgreementOutdated
    user = session.get_one(User, user_id, with_for_update=True)
    if user.phone_verified_at is None:
        raise PhoneNeeded
    former = accepted(session, user_id)
    if former is not None:
        return former
    acceptance = SignatureAgreement(
        user_id=user_id,
        document_version=document.version,
        document_sha256=document.sha256,
        phone_verified_at=user.phone_verified_at,
        accepted_at=now,
        ip=ip,
        user_agent=user_agent,
    )
    session.add(acceptance)
    session.flush()
    audit.record(
        session,
        Actor(user_id, ip, user_agent),
        "signature_agreement.accepted",
        entity=("user", user_id),
        after={"version": document.version},
        now=now,
    )
    return acceptance
