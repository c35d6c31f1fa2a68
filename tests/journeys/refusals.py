"""What every refusal has in common, and a look into the tables behind the API."""

import re
from typing import Any

from sqlalchemy import text

from infra.demo.client import Answer, Fields
from tests.conftest import engine_for
from tests.stack import RunningStack

_CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)


def refused(answer: Answer, status: int, code: str) -> Fields:
    """The problem of a refusal (RFC 9457): with the status, the code, and a Russian sentence."""
    problem = answer.json
    assert (answer.status, problem["code"]) == (status, code), answer.text
    assert answer.headers["content-type"].startswith("application/problem+json")
    assert problem["status"] == status
    assert problem["type"] == f"urn:housler:error:{code}"
    assert _CYRILLIC.search(problem["detail"])
    assert problem["title"]
    assert problem["instance"]
    return problem


def wrong_fields(answer: Answer) -> set[str]:
    return {each["field"] for each in refused(answer, 422, "invalid_fields")["errors"]}


def rows(stack: RunningStack, statement: str, **values: object) -> list[tuple[Any, ...]]:
    """Ask, or change, the stack's database as its owner."""
    with engine_for(stack.env["DATABASE_OWNER_URL"]).begin() as connection:
        found = connection.execute(text(statement), values)
        return [tuple(row) for row in found] if found.returns_rows else []
