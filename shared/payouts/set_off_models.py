from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime, id_column
from shared.kernel.money import Money
from shared.payments.models import Split
from shared.payouts.models import Payout


class SetOff(Base):
    """Why an owner was paid less: his debt was paid with it. Or why he is paid more: a debt that was paid fell away."""

    __tablename__ = "set_offs"
    __table_args__ = (
        CheckConstraint("amount_kopecks > 0", name="amount"),
        CheckConstraint("(payout_id IS NULL) <> (refund_id IS NULL)", name="one_cause"),
    )

    id: Mapped[UUID] = id_column()
    #: the payout that is less by the sum
    payout_id: Mapped[UUID | None] = mapped_column(ForeignKey(Payout.id), index=True)
    #: the refund that failed when its debt had been paid: the sum is the owner's again
    refund_id: Mapped[UUID | None]
    owner_id: Mapped[UUID] = mapped_column(index=True)
    #: the splits that name the two accounts
    payable_split_id: Mapped[UUID] = mapped_column(ForeignKey(Split.id), index=True)
    receivable_split_id: Mapped[UUID] = mapped_column(ForeignKey(Split.id), index=True)
    amount_kopecks: Mapped[Money] = mapped_column(MoneyType)
    debt_before_kopecks: Mapped[Money] = mapped_column(MoneyType)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
