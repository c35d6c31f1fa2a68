from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth.models import CodeChannel
from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime, WordType, id_column
from shared.security.pii import Sealed
from shared.users.models import User


class ContactChange(Base):
    """A proved contact that gave way to another, or shall: then an operator opened it, and it waits for the proof."""

    __tablename__ = "contact_changes"
    __table_args__ = (
        Index(
            None,
            "new_address_index",
            "created_at",
            postgresql_where=text("made_at IS NULL"),
        ),
        CheckConstraint("made_at IS NOT NULL OR asked_by IS NOT NULL", name="waiting"),
        CheckConstraint(
            "(asked_by IS NULL) = (expires_at IS NULL) AND (asked_by IS NULL) = (reason IS NULL)",
            name="recovery",
        ),
    )

    id: Mapped[UUID] = id_column()
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    channel: Mapped[CodeChannel] = mapped_column(WordType(CodeChannel))
    #: the addresses and the reason are sealed under the person's key
    old_address: Mapped[Sealed | None] = mapped_column(SealedColumn)
    new_address: Mapped[Sealed] = mapped_column(SealedColumn)
    new_address_index: Mapped[bytes] = mapped_column(LargeBinary)
    #: the operator who opened it, and why
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey(User.id), index=True)
    reason: Mapped[Sealed | None] = mapped_column(SealedColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
