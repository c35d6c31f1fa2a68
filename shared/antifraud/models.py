"""Tables of the checks; the checks themselves come with their issue."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, Integer, LargeBinary, Text, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.db.base import Base
from shared.db.types import MoneyType, UtcDateTime, WordType, id_column
from shared.kernel.money import Money
from shared.users.models import User


class CheckKind(StrEnum):
    VELOCITY = "velocity"
    AMOUNT_LIMIT = "amount_limit"
    NEW_AGENT = "new_agent"
    IP_MATCH = "ip_match"
    DEVICE_MATCH = "device_match"
    PASSPORT_CHECK = "passport_check"
    INN_CHECK = "inn_check"
    BLACKLIST = "blacklist"
    ROSFINMONITORING = "rosfinmonitoring"


class CheckVerdict(StrEnum):
    PASS = "pass"  # noqa: S105 -- a verdict, not a password
    FLAG = "flag"
    BLOCK = "block"


class AntifraudCheck(Base):
    __tablename__ = "antifraud_checks"
    __table_args__ = (Index(None, "entity_kind", "entity_id", "created_at"),)

    id: Mapped[UUID] = id_column()
    kind: Mapped[CheckKind] = mapped_column(WordType(CheckKind))
    verdict: Mapped[CheckVerdict] = mapped_column(WordType(CheckVerdict))
    reason: Mapped[str] = mapped_column(Text)
    entity_kind: Mapped[str] = mapped_column(Text)
    entity_id: Mapped[UUID] = mapped_column(Uuid)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class UserLimit(Base):
    __tablename__ = "user_limits"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), primary_key=True)
    largest_deal_kopecks: Mapped[Money] = mapped_column(MoneyType)
    monthly_turnover_kopecks: Mapped[Money] = mapped_column(MoneyType)
    payout_hold_days: Mapped[int] = mapped_column(Integer)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class BlacklistField(StrEnum):
    PHONE = "phone"
    EMAIL = "email"
    INN = "inn"
    PASSPORT = "passport"


class BlacklistEntry(Base):
    """Keyed hashes only."""

    __tablename__ = "blacklist"
    __table_args__ = (Index("uq_blacklist_value", "field", "value_index", unique=True),)

    id: Mapped[UUID] = id_column()
    field: Mapped[BlacklistField] = mapped_column(WordType(BlacklistField))
    value_index: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(Text)
    created_by: Mapped[UUID] = mapped_column(ForeignKey(User.id), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
