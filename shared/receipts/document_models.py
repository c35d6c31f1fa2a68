from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime, WordType, id_column
from shared.kernel.money import Money
from shared.ports.fiscal import PaymentMode, ReceiptSense
from shared.receipts.kkt_models import KktReceipt


class KeptDocument(Base):
    """A receipt that a cash register told us of by itself."""

    __tablename__ = "fiscal_documents"
    __table_args__ = (
        UniqueConstraint("storage_number", "document_number"),
        CheckConstraint("amount_kopecks > 0", name="amount"),
        Index(
            "ix_fiscal_documents_free",
            "provider",
            "provider_payment_id",
            postgresql_where=text("receipt_id IS NULL"),
        ),
    )

    id: Mapped[UUID] = id_column()
    #: the terminal whose register it is
    provider: Mapped[str] = mapped_column(Text)
    provider_payment_id: Mapped[str] = mapped_column(Text)
    sense: Mapped[ReceiptSense] = mapped_column(WordType(ReceiptSense))
    mode: Mapped[PaymentMode | None] = mapped_column(WordType(PaymentMode))
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    document_number: Mapped[str] = mapped_column(Text)
    storage_number: Mapped[str] = mapped_column(Text)
    attribute: Mapped[str] = mapped_column(Text)
    registered_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    #: which of ours it is; None: none yet
    receipt_id: Mapped[UUID | None] = mapped_column(ForeignKey(KktReceipt.receipt_id), unique=True)
