from sqlalchemy import LargeBinary

from infra.migrations.models import metadata
from infra.rotation.columns import COLUMNS, WITHOUT_VALUES


class TestTheColumns:
    def test_are_all_that_hold_blind_indexes(self) -> None:
        held = {
            f"{table.name}.{column.name}"
            for table in metadata.tables.values()
            for column in table.columns
            if column.name.endswith("_index") and isinstance(column.type, LargeBinary)
        }

        assert held | {"rate_limits.subject"} == {each.name for each in COLUMNS} | WITHOUT_VALUES.keys()

    def test_are_named_once(self) -> None:
        assert len({each.name for each in COLUMNS}) == len(COLUMNS)
        assert not {each.name for each in COLUMNS} & WITHOUT_VALUES.keys()

    def test_are_of_sealed_values_beside_them(self) -> None:
        for each in COLUMNS:
            assert each.sealed in each.table.columns, each.name
            assert each.column in each.table.columns, each.name
