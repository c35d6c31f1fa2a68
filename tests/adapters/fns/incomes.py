from datetime import UTC, datetime
from itertools import count
from typing import Any

from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ports.tax import Income, IncomeType
from tests.adapters.fns.conftest import ALL_FOUR
from tests.adapters.outside_standin import Running

_number = count(770_000_000_000)

PAID_AT = datetime(2026, 11, 24, 9, 30, 15, 250_000, tzinfo=UTC)


def an_inn() -> str:
    return str(next(_number))


def a_taxpayer(fns: Running, permissions: tuple[str, ...] | None = ALL_FOUR) -> str:
    inn = an_inn()
    asked = {} if permissions is None else {"permissions": list(permissions)}
    fns.post("taxpayers", inn=inn, name="Смирнова Анна Павловна", **asked)
    return inn


def an_income(inn: str, /, **changes: Any) -> Income:
    usual = Income(
        operation_id=str(new_id()),
        inn=inn,
        amount=Money(150_000_00),
        service_name="Услуги по подбору покупателя",
        operation_time=PAID_AT,
        request_time=PAID_AT,
        income_type=IncomeType.FROM_INDIVIDUAL,
    )
    return usual._replace(**changes)
