"""Enumerations are checked by the database (by migrations), and by the same words as in the code."""

import re

import pytest
from sqlalchemy import Column, Connection, text

from infra.migrations import models
from shared.db.types import WordType

_WORDS = [
    column
    for table in models.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, WordType)
]


def named(column: "Column[object]") -> str:
    return f"{column.table.name}.{column.name}"


class TestEnumerations:
    def test_there_are_some(self) -> None:
        assert len(_WORDS) > 25

    @pytest.mark.parametrize("column", _WORDS, ids=named)
    def test_the_database_takes_the_codes_words_and_no_others(
        self, owner: Connection, column: "Column[object]"
    ) -> None:
        check = owner.execute(
            text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"),
            {"name": f"ck_{column.table.name}_{column.name}"},
        ).scalar_one()

        assert isinstance(column.type, WordType)
        assert re.findall(r"'(\w+)'::", check) == [word.value for word in column.type.words]
