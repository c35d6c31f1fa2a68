import hashlib
import json
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.hashing import GENESIS, LINE, Line, as_seconds, link_hash, seconds_of
from shared.audit.tables import audit_logs
from tests.shared.audit.world import write

A_LINE = Line(
    "0198c9b2-0000-7000-8000-000000000001",
    None,
    "deal.submitted",
    "deal",
    "0198c9b2-0000-7000-8000-000000000002",
    '{"revision": 1}',
    '{"status": "отправлена", "revision": 2}',
    "203.0.113.7",
    None,
    "request-7",
    "1795510800.000000",
)
AT = "1795510860.000000"


class TestTheHash:
    def test_can_be_made_by_anybody_with_a_sheet_of_paper(self) -> None:
        content = (
            '["housler-audit-line-1","0198c9b2-0000-7000-8000-000000000001",null,"deal.submitted","deal",'
            '"0198c9b2-0000-7000-8000-000000000002",null,null,"203.0.113.7",null,"request-7",'
            '"1795510800.000000",{"revision":"\\u00001"},'
            '{"revision":"\\u00002","status":"\\u043e\\u0442\\u043f\\u0440\\u0430\\u0432\\u043b\\u0435\\u043d\\u0430"},'
            '"1795510860.000000"]'
        )

        assert link_hash(GENESIS, A_LINE, AT) == hashlib.sha256(GENESIS + content.encode()).digest()

    @pytest.mark.parametrize("column", Line._fields)
    def test_depends_on_every_column(self, column: str) -> None:
        other = '{"revision": 3}' if column in {"before", "after"} else "other"

        assert link_hash(GENESIS, A_LINE._replace(**{column: other}), AT) != link_hash(GENESIS, A_LINE, AT)

    def test_depends_on_the_hash_before_and_on_the_moment(self) -> None:
        assert link_hash(bytes([1]) * 32, A_LINE, AT) != link_hash(GENESIS, A_LINE, AT)
        assert link_hash(GENESIS, A_LINE, "1795510860.000001") != link_hash(GENESIS, A_LINE, AT)

    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ('{"a": 1}', '{"a": "1"}'),
            ('{"a": 1}', '{"a": true}'),
            ('{"a": 1}', '{"a": 1.0}'),
            ('{"a": 0.1}', '{"a": 0.10000000000000000001}'),
            ('{"a": null}', "{}"),
            ("{}", None),
            ('{"a": 1, "b": 2}', '{"a": 2, "b": 1}'),
        ],
    )
    def test_tells_facts_apart(self, one: str, other: str | None) -> None:
        assert link_hash(GENESIS, A_LINE._replace(after=one), AT) != link_hash(
            GENESIS, A_LINE._replace(after=other), AT
        )

    def test_does_not_depend_on_the_order_and_spacing_of_facts(self) -> None:
        one, other = '{"a": 1, "b": 2}', '{"b":2,"a":1}'

        assert link_hash(GENESIS, A_LINE._replace(after=one), AT) == link_hash(
            GENESIS, A_LINE._replace(after=other), AT
        )


class TestALine:
    def test_has_every_column_of_the_log(self) -> None:
        """A new column would change the hashes of old lines: give it a format of its own (hashing.py)."""
        assert set(Line._fields) == {column.name for column in audit_logs.columns}

    @pytest.mark.parametrize("zone", ["UTC", "Asia/Vladivostok"])
    def test_reads_the_same_whatever_the_session_shows(self, app: Session, zone: str) -> None:
        moment = datetime(2026, 11, 24, 9, 0, 0, 7, tzinfo=UTC)
        write(app, at=moment)
        app.connection().exec_driver_sql(f"SET TimeZone = '{zone}'")
        app.connection().exec_driver_sql("SET DateStyle = 'German'")

        line = Line(*app.execute(select(*LINE)).one())

        assert line.recorded_at == "1795510800.000007" == as_seconds(moment)
        assert json.loads(str(line.before)) == {"status": "draft", "revision": 0}

    def test_says_times_of_all_ages_as_the_chainer_does(self, app: Session) -> None:
        for moment in (
            datetime(1970, 1, 1, tzinfo=UTC),
            datetime(2026, 11, 24, 9, 0, 0, 1, tzinfo=UTC),
            datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        ):
            write(app, at=moment, action=moment.isoformat())

        rows = app.execute(select(audit_logs.c.recorded_at, seconds_of(audit_logs.c.recorded_at))).all()
        assert {as_seconds(row[0]) for row in rows} == {row[1] for row in rows}
