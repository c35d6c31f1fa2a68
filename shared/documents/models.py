from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.deals.models import Deal, DealParty, DealType
from shared.organizations.models import Organization, ServiceSubcontract
from shared.security.pii import Sealed
from shared.users.models import User


class DocumentKind(StrEnum):
    SERVICE_CONTRACT = "service_contract"
    SERVICE_SUBCONTRACT = "service_subcontract"
    ACT_OF_COMPLETION = "act_of_completion"


class DocumentStatus(StrEnum):
    RENDERING = "rendering"
    READY = "ready"  # can be read and signed
    SIGNED = "signed"  # by all; the signature sheet is being made
    SEALED = "sealed"  # the file with its sheet exists
    FAILED = "failed"
    VOID = "void"


class SignerStatus(StrEnum):
    WAITING = "waiting"
    SIGNED = "signed"
    DECLINED = "declined"


class ContractTemplate(Base):
    __tablename__ = "contract_templates"
    __table_args__ = (UniqueConstraint("name", "version"),)

    id: Mapped[UUID] = id_column()
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    kind: Mapped[DocumentKind] = mapped_column(WordType(DocumentKind))
    deal_type: Mapped[DealType | None] = mapped_column(WordType(DealType))
    #: names of the placeholders that the data must fill
    placeholders: Mapped[list[str]] = mapped_column(JSONB)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    active: Mapped[bool]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Document(Base):
    __tablename__ = "documents"
    __table_args__ = (
        Index("uq_documents_number", "number", unique=True),
        Index(None, "sha256"),
        Index(
            "uq_documents_live_act",
            "deal_id",
            unique=True,
            postgresql_where=text("kind = 'act_of_completion' AND status NOT IN ('failed', 'void')"),
        ),
        CheckConstraint("(deal_id IS NULL) <> (subcontract_id IS NULL)", name="one_subject"),
        CheckConstraint(
            "status IN ('rendering', 'failed', 'void') OR sha256 IS NOT NULL", name="rendered_has_hash"
        ),
        CheckConstraint("status <> 'sealed' OR sealed_sha256 IS NOT NULL", name="sealed_has_hash"),
    )

    id: Mapped[UUID] = id_column()
    number: Mapped[str] = mapped_column(Text)
    kind: Mapped[DocumentKind] = mapped_column(WordType(DocumentKind))
    status: Mapped[DocumentStatus] = mapped_column(WordType(DocumentStatus))
    deal_id: Mapped[UUID | None] = mapped_column(ForeignKey(Deal.id), index=True)
    subcontract_id: Mapped[UUID | None] = mapped_column(ForeignKey(ServiceSubcontract.id), index=True)
    template_id: Mapped[UUID] = mapped_column(ForeignKey(ContractTemplate.id), index=True)
    #: the data that fills the template, as JSON, under the document's own key
    contents: Mapped[Sealed] = mapped_column(SealedColumn)
    terms_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    #: of the file that is signed
    sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    size_bytes: Mapped[int | None] = mapped_column(Integer)
    #: of the file with the signature sheet
    sealed_sha256: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_by: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rendered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    sealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DocumentSigner(Base):
    """A side that must sign: a person, or an organization through one of its signers."""

    __tablename__ = "document_signers"
    __table_args__ = (
        UniqueConstraint("document_id", "signing_order"),
        CheckConstraint(
            "user_id IS NOT NULL OR organization_id IS NOT NULL OR party_id IS NOT NULL", name="someone"
        ),
    )

    id: Mapped[UUID] = id_column()
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), index=True)
    #: the deal's party, whose user may become known later
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey(DealParty.id), index=True)
    user_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    organization_id: Mapped[UUID | None] = mapped_column(ForeignKey(Organization.id), index=True)
    #: as the sheet names it: "Заказчик", "Исполнитель"
    side: Mapped[str] = mapped_column(Text)
    signing_order: Mapped[int] = mapped_column(Integer)
    status: Mapped[SignerStatus] = mapped_column(WordType(SignerStatus))


class DocumentEvent(Base):
    """What happened to a document: a hash chain, append-only in the database."""

    __tablename__ = "document_events"
    __table_args__ = (UniqueConstraint("document_id", "seq"),)

    id: Mapped[UUID] = id_column()
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), index=True)
    seq: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    facts: Mapped[dict[str, str]] = mapped_column(JSONB)
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
