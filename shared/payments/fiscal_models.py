from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import SealedColumn, UtcDateTime
from shared.payments.models import PaymentIntent
from shared.security.pii import Sealed


class IntentReceipt(Base):
    """Data of the fiscal receipt that travels with an intent, as they were when the intent was made."""

    __tablename__ = "intent_receipts"

    intent_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentIntent.id), primary_key=True)
    #: JSON, see ``fiscal_data``; sealed under the deal's key
    contents: Mapped[Sealed] = mapped_column(SealedColumn)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
