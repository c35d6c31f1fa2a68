from datetime import datetime

from sqlalchemy import Integer, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import UtcDateTime


class RateLimit(Base):
    """How often one subject did one thing within a window that still runs."""

    __tablename__ = "rate_limits"

    #: blind index of what is limited and for whom: a peer, an address, an account
    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    taken: Mapped[int] = mapped_column(Integer)
    window_ends_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
