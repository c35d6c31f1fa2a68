"""Lists as the API gives them: newest first, pages by cursor, filters by time, status, payment and metadata."""

import json
import re
from collections.abc import Mapping
from datetime import datetime

from localstack.standins.yookassa.bank import Bank, Document, stamp
from localstack.standins.yookassa.problems import Problem, invalid

COMPARISONS = {"gte": ">=", "gt": ">", "lte": "<=", "lt": "<"}
#: what a list is filtered by, and where it lies; an object that hasn't such a moment yet is in no interval
MOMENTS = {"created_at": "created_at", "captured_at": "json_extract(document, '$.captured_at')"}
#: words of an object that a list is filtered by
WORDS = ("status", "payment_id", "refund_id")
METADATA = re.compile(r"metadata\[(.{1,32})\]")
MAX_LIMIT = 100
DEFAULT_LIMIT = 10


def page(bank: Bank, kind: str, asked: Mapping[str, str]) -> Document:
    limit = _limit(asked)
    conditions, values = ["kind = ?"], [kind]
    for moment, column in MOMENTS.items():
        for word, comparison in COMPARISONS.items():
            name = f"{moment}.{word}"
            if name in asked:
                conditions.append(f"{column} {comparison} ?")
                values.append(_moment(name, asked[name]))
    for name in WORDS:
        if name in asked:
            conditions.append(f"json_extract(document, '$.{name}') = ?")
            values.append(asked[name])
    for name, value in asked.items():
        if found := METADATA.fullmatch(name):
            conditions.append("json_extract(document, ?) = ?")
            values += [f'$.metadata."{found[1]}"', value]
    if "cursor" in asked:
        conditions.append("sequence < CAST(? AS INTEGER)")
        values.append(_sequence(asked["cursor"]))
    where = " AND ".join(conditions)
    rows = bank.store.rows(
        f"SELECT sequence, document FROM objects WHERE {where} ORDER BY sequence DESC LIMIT {limit + 1}",  # noqa: S608 -- made of constants
        values,
    )
    answer: Document = {"type": "list", "items": [json.loads(row["document"]) for row in rows[:limit]]}
    if len(rows) > limit:
        answer["next_cursor"] = f"c{rows[limit - 1]['sequence']}"
    return answer


def _limit(asked: Mapping[str, str]) -> int:
    raw = asked.get("limit", str(DEFAULT_LIMIT))
    if not raw.isdecimal() or not 1 <= int(raw) <= MAX_LIMIT:
        raise invalid("limit", f"From 1 to {MAX_LIMIT}")
    return int(raw)


def _moment(name: str, raw: str) -> str:
    try:
        moment = datetime.fromisoformat(raw)
    except ValueError:
        raise invalid(name, "Not a moment of ISO 8601") from None
    if moment.tzinfo is None:
        raise invalid(name, "A moment needs its zone")
    return stamp(moment)


def _sequence(cursor: str) -> str:
    if not re.fullmatch(r"c[0-9]{1,18}", cursor):
        raise Problem(400, "Unknown cursor", "cursor")
    return cursor[1:]
