from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth.models import OtpSession
from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, id_column
from shared.documents.models import Document, DocumentSigner
from shared.organizations.models import Organization
from shared.security.pii import Sealed
from shared.users.models import SignatureAgreement, User


class SignatureRequest(Base):
    """A person asked for a code to sign one set: an ordered list of documents with their hashes."""

    __tablename__ = "signature_requests"

    id: Mapped[UUID] = id_column()
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    otp_id: Mapped[UUID] = mapped_column(ForeignKey(OtpSession.id), index=True)
    #: [{"document_id", "sha256" (hex)}] in the order shown
    document_set: Mapped[list[dict[str, str]]] = mapped_column(JSONB)
    set_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    #: what the person was shown with the code
    text_shown: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Signature(Base):
    """A simple electronic signature with its evidence; append-only in the database."""

    __tablename__ = "signatures"
    __table_args__ = (
        Index("uq_signatures_signer_id", "signer_id", unique=True),
        CheckConstraint(
            "(organization_id IS NULL) = (position IS NULL) AND (organization_id IS NULL) = (basis IS NULL)",
            name="basis",
        ),
    )

    id: Mapped[UUID] = id_column()
    document_id: Mapped[UUID] = mapped_column(ForeignKey(Document.id), index=True)
    signer_id: Mapped[UUID] = mapped_column(ForeignKey(DocumentSigner.id))
    request_id: Mapped[UUID] = mapped_column(ForeignKey(SignatureRequest.id), index=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey(SignatureAgreement.id), index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    position: Mapped[str | None] = mapped_column(Text)
    basis: Mapped[str | None] = mapped_column(Text)
    #: sealed under the signature's own key: evidence outlives the person's account
    name: Mapped[Sealed] = mapped_column(SealedColumn)
    phone: Mapped[Sealed] = mapped_column(SealedColumn)
    phone_verified_at: Mapped[datetime] = mapped_column(UtcDateTime)
    document_sha256: Mapped[bytes] = mapped_column(LargeBinary)
    template_name: Mapped[str] = mapped_column(Text)
    template_version: Mapped[int] = mapped_column(Integer)
    text_shown: Mapped[str] = mapped_column(Text)
    code_issued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    provider_message_id: Mapped[str | None] = mapped_column(Text)
    delivery: Mapped[str] = mapped_column(Text)
    ip: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
