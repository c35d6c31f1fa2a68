from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, Uuid
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, id_column
from shared.kernel.identifiers import new_id
from shared.security.pii import Sealed


class Registration(Base):
    """What an agent told of himself before he proved his phone; counts for nothing until he does, and is gone then."""

    __tablename__ = "registrations"
    __table_args__ = (UniqueConstraint("person_id"), Index(None, "phone_index", "created_at"))

    id: Mapped[UUID] = id_column()
    #: that the person gets if he is new
    person_id: Mapped[UUID] = mapped_column(Uuid, default=new_id)
    phone_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: JSON, sealed under a key of the registration's own
    details: Mapped[Sealed] = mapped_column(SealedColumn)
    #: kinds of the consents that he gave
    consents: Mapped[list[str]] = mapped_column(JSONB)
    ip: Mapped[str] = mapped_column(Text)
    user_agent: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
