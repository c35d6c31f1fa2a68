from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime, WordType


class KeyOwner(StrEnum):
    PERSON = "person"
    PARTY = "party"
    ORGANIZATION = "organization"
    CODE = "code"
    DEAL = "deal"
    RECORD = "record"


class PersonKey(Base):
    """The wrapped data key of one owner; destroying it makes his sealed values unreadable for ever."""

    __tablename__ = "person_keys"

    owner_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    owner_kind: Mapped[KeyOwner] = mapped_column(WordType(KeyOwner))
    ring_key_id: Mapped[str] = mapped_column(Text, index=True)
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    destroyed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
