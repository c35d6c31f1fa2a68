from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime


class Bank(Base):
    """A line of the Bank of Russia's directory; loaded as data, read only for the application."""

    __tablename__ = "banks"
    __table_args__ = (
        CheckConstraint("bik ~ '^[0-9]{9}$'", name="bik"),
        CheckConstraint("correspondent_account ~ '^[0-9]{20}$'", name="correspondent_account"),
    )

    bik: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    city: Mapped[str | None] = mapped_column(Text)
    correspondent_account: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
