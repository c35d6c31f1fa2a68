from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.events.failure import RunFailed
from shared.events.operation import OperationFunction
from shared.kernel.errors import Conflict

Lines = Callable[[], list[dict[str, Any]]]


class Order(BaseModel):
    model_config = ConfigDict(extra="forbid")

    amount_kopecks: int = Field(gt=0)
    occurred_at: datetime | None = None


class Result(BaseModel):
    doubled_kopecks: int


class TwiceTold(Conflict):
    code = "twice_told"

    def __init__(self) -> None:
        super().__init__("Это движение уже записано.")


function = OperationFunction("functions.operations.double.handler")


@function.takes(Order)
def double(order: Order, transactions: Transactions, now: datetime) -> Result:
    with transactions() as session:
        session.execute(text("SELECT 1"))
    if order.amount_kopecks == 13:
        raise TwiceTold
    if order.amount_kopecks == 14:
        raise ValueError("Анна Соколова")
    if order.amount_kopecks == 15:
        Result(doubled_kopecks="Анна Соколова")  # type: ignore[arg-type]  # the job's own mistake
    return Result(doubled_kopecks=2 * order.amount_kopecks)


class TestAnOperation:
    def test_answers_with_its_result(self, app: Session, lines: Lines) -> None:
        event = {"amount_kopecks": 21, "occurred_at": "2026-11-24T09:00:00Z"}

        assert function(event, None) == {"result": {"doubled_kopecks": 42}}
        (line,) = lines()
        assert (line["event"], line["function_name"], line["error_code"]) == (
            "operation", "operations.double", None,
        )  # fmt: skip

    def test_is_refused_by_the_domain_in_its_words(self, app: Session, lines: Lines) -> None:
        assert function({"amount_kopecks": 13}, None) == {
            "refused": {"code": "twice_told", "detail": "Это движение уже записано.", "fields": []}
        }
        assert lines()[0]["error_code"] == "twice_told"

    @pytest.mark.parametrize(
        ("event", "field"),
        [
            ({}, "amount_kopecks"),
            ({"amount_kopecks": 0}, "amount_kopecks"),
            ({"amount_kopecks": "5"}, "amount_kopecks"),
            ({"amount_kopecks": True}, "amount_kopecks"),
            ({"amount_kopecks": 1.0}, "amount_kopecks"),
            ({"amount_kopecks": 1, "note": "x"}, "note"),
        ],
    )
    def test_names_the_fields_that_are_wrong(self, app: Session, event: dict[str, Any], field: str) -> None:
        refused = function(event, None)["refused"]

        assert (refused["code"], refused["fields"]) == ("invalid_fields", [field])

    @pytest.mark.parametrize(("amount", "name"), [(14, "ValueError"), (15, ValidationError.__name__)])
    def test_fails_without_quoting_anybody(self, app: Session, lines: Lines, amount: int, name: str) -> None:
        with pytest.raises(RunFailed) as caught:
            function({"amount_kopecks": amount}, None)

        assert (str(caught.value), caught.value.__suppress_context__) == (name, True)
        said = lines()
        assert [line["event"] for line in said] == ["operation_failed", "operation"]
        assert "Анна" not in str(said)
