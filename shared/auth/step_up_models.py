from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from shared.auth.session_models import AuthSession
from shared.db.base import Base
from shared.db.types import UtcDateTime, WordType, id_column


class StepUpAction(StrEnum):
    """What a code to the phone must confirm beforehand."""

    PAYOUT_ACCOUNT_ADD = "payout_account_add"
    PAYOUT_ACCOUNT_CHOOSE = "payout_account_choose"
    ORGANIZATION_PAYOUT_ACCOUNT_ADD = "organization_payout_account_add"
    ORGANIZATION_PAYOUT_ACCOUNT_CHOOSE = "organization_payout_account_choose"
    ORGANIZATION_PAYOUT_ACCOUNT_CONFIRM = "organization_payout_account_confirm"
    REFUND_CREATE = "refund_create"
    REFUND_APPROVE = "refund_approve"
    REFUND_RESEND = "refund_resend"
    STEP_RELEASE = "step_release"
    DISPUTE_DECIDE = "dispute_decide"
    SUSPENSE_PLACE = "suspense_place"
    SUSPENSE_RETURN = "suspense_return"


class StepUpGrant(Base):
    """A confirmed action: used once, by the session that asked, with the very body that was confirmed."""

    __tablename__ = "step_up_grants"
    __table_args__ = (UniqueConstraint("token_hash"),)

    id: Mapped[UUID] = id_column()
    session_id: Mapped[UUID] = mapped_column(ForeignKey(AuthSession.id, ondelete="CASCADE"), index=True)
    action: Mapped[StepUpAction] = mapped_column(WordType(StepUpAction))
    #: SHA-256 of the action and the body, see ``shared.auth.step_up``
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
