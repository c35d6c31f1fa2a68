from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Connection, MetaData, Table
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from shared.db.base import NAMING
from shared.db.types import MoneyType, SealedColumn, UtcDateTime, WordType, id_column
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.security.pii import Sealed

MOSCOW_NOON = datetime(2026, 11, 24, 12, 0, tzinfo=timezone(timedelta(hours=3)))


class Colour(StrEnum):
    RED = "red"
    GREEN = "green"


class Local(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Sample(Local):
    __tablename__ = "samples"

    id: Mapped[UUID] = id_column()
    price: Mapped[Money | None] = mapped_column(MoneyType)
    moment: Mapped[datetime | None] = mapped_column(UtcDateTime)
    secret: Mapped[Sealed | None] = mapped_column(SealedColumn)
    colour: Mapped[Colour | None] = mapped_column(WordType(Colour))


@pytest.fixture
def session(owner: Connection) -> Session:
    table = Local.metadata.tables["samples"]
    assert isinstance(table, Table)
    table.create(owner)
    return Session(owner)


def stored(session: Session, **fields: Any) -> Sample:
    sample = Sample(**fields)
    session.add(sample)
    session.flush()
    session.expire(sample)
    return sample


class TestColumns:
    def test_give_back_what_was_put_in(self, session: Session) -> None:
        sample = stored(
            session, price=Money(10**15), moment=MOSCOW_NOON, secret=Sealed(b"\x00\xff"), colour=Colour.GREEN
        )

        assert sample.price == Money(10**15)
        assert sample.moment == MOSCOW_NOON
        assert sample.moment.tzinfo is UTC
        assert sample.secret == Sealed(b"\x00\xff")
        assert sample.colour is Colour.GREEN
        assert sample.id.version == 7

    def test_keep_nothing_as_nothing(self, session: Session) -> None:
        sample = stored(session)

        assert (sample.price, sample.moment, sample.secret, sample.colour) == (None, None, None, None)

    def test_keep_a_given_id(self, session: Session) -> None:
        given = new_id()

        assert stored(session, id=given).id == given

    @pytest.mark.parametrize(
        ("field", "wrong", "reason"),
        [
            ("price", 100, "takes Money"),
            ("moment", datetime(2026, 11, 24, 12, 0), "without a zone"),  # noqa: DTZ001 -- the wrong value
            ("secret", b"+79990000000", "takes Sealed"),
            ("secret", "+79990000000", "takes Sealed"),
            ("colour", "blue", "blue"),
        ],
    )
    def test_refuse_a_wrong_value(self, session: Session, field: str, wrong: object, reason: str) -> None:
        with pytest.raises(StatementError, match=reason):
            stored(session, **{field: wrong})
