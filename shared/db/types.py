"""Column types that let no wrong value through: money is ``Money``, time is aware UTC, personal data is sealed."""

from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Dialect, LargeBinary, String, TypeDecorator, Uuid
from sqlalchemy.orm import Mapped, mapped_column

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.security.pii import Sealed


class MoneyType(TypeDecorator[Money]):
    """``Money`` as BIGINT kopecks."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Money | None, dialect: Dialect) -> int | None:  # noqa: ARG002 -- signature of SQLAlchemy
        if value is None:
            return None
        if not isinstance(value, Money):
            raise TypeError(f"a money column takes Money, not {type(value).__name__}")
        return value.kopecks

    def process_result_value(self, value: int | None, dialect: Dialect) -> Money | None:  # noqa: ARG002
        # sum() over BIGINT comes back as Decimal.
        return None if value is None else Money(int(value))


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment as ``timestamptz``, read back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone can't be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else value.astimezone(UTC)


class SealedColumn(TypeDecorator[Sealed]):
    """A sealed personal value as BYTEA; refuses anything that did not come from the vault."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Sealed | None, dialect: Dialect) -> bytes | None:  # noqa: ARG002
        if value is None:
            return None
        if not isinstance(value, Sealed):
            raise TypeError(f"a sealed column takes Sealed, not {type(value).__name__}")
        return value.raw

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Sealed | None:  # noqa: ARG002
        return None if value is None else Sealed(bytes(value))


class WordType(TypeDecorator[StrEnum]):
    """A ``StrEnum`` stored as its values.

    The check that the database makes is in the migrations, and a test compares it with the enumeration: a CHECK made
    by the model would cost every function's start about half a millisecond a column.
    """

    impl = String(64)
    cache_ok = True

    def __init__(self, words: type[StrEnum]) -> None:
        super().__init__()
        self.words = words

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else self.words(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> StrEnum | None:  # noqa: ARG002
        return None if value is None else self.words(value)


def id_column() -> Mapped[UUID]:
    """Primary key: UUIDv7 made in Python (``new_id``) unless the caller gives one, so that a seal can name its row."""
    return mapped_column(Uuid(), primary_key=True, default=new_id)
