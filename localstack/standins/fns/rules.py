"""What the service demands of an operation: elements in their order, their types, sums that agree. Own rules, apart
from the product's schema, since they judge it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from lxml import etree

from localstack.standins.fns.soap import SMZ, Node

MANY = 1000


class Invalid(Exception):
    """The operation breaks a rule: the text says which."""


@dataclass(frozen=True, slots=True)
class Rule:
    name: str
    pattern: str
    least: int = 1
    most: int = 1


_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)"
_DECIMAL = r"\d{1,15}(\.\d{1,2})?"
_WORD = r"(?s).*\S.*"
_PERMISSIONS = "|".join((
    *("INCOME_REGISTRATION", "INCOME_LIST", "INCOME_SUMMARY", "CANCEL_INCOME", "CANCEL_ANY_INCOME"),
    *("PAYMENT_INFORMATION", "TAX_PAYMENT", "TAXPAYER_UPDATE", "PERMISSIONS_MGMT"),
))  # fmt: skip

RULES: Mapping[str, tuple[Rule, ...]] = {
    "PostBindPartnerWithInnRequest": (Rule("Inn", r"\d{12}"), Rule("Permissions", _PERMISSIONS, 1, MANY)),
    "GetBindPartnerStatusRequest": (Rule("Id", _WORD),),
    "PostIncomeRequestV2": (
        Rule("Inn", r"\d{12}"),
        Rule("ReceiptId", _WORD, 0),
        Rule("RequestTime", _TIME),
        Rule("OperationTime", _TIME),
        Rule("IncomeType", "FROM_INDIVIDUAL|FROM_LEGAL_ENTITY|FROM_FOREIGN_AGENCY"),
        Rule("CustomerInn", r"\d{10}|\d{12}", 0),
        Rule("CustomerOrganization", _WORD, 0),
        Rule("SupplierInn", r"\d{10}|\d{12}", 0),
        Rule("Services", "", 1, 6),
        Rule("TotalAmount", _DECIMAL),
        Rule("IncomeHashCode", _WORD, 0),
        Rule("Link", _WORD, 0),
        Rule("GeoInfo", "", 0),
        Rule("OperationUniqueId", _WORD, 0),
    ),
    "Services": (Rule("Amount", _DECIMAL), Rule("Name", _WORD), Rule("Quantity", r"[1-9]\d{0,8}")),
    "GeoInfo": (Rule("Latitude", r"-?\d+(\.\d+)?"), Rule("Longitude", r"-?\d+(\.\d+)?")),
}


@dataclass(frozen=True, slots=True)
class ServiceLine:
    name: str
    amount_kopecks: int
    quantity: int


@dataclass(frozen=True, slots=True)
class IncomeRequest:
    inn: str
    operation_time: datetime
    request_time: datetime
    income_type: str
    customer_inn: str | None
    customer_name: str | None
    services: tuple[ServiceLine, ...]
    total_kopecks: int
    operation_id: str | None


def check(element: Node) -> None:
    """Hold the element's children to its rules, in their order.

    :raises Invalid: a missing, extra, misplaced or ill-typed element
    """
    children = list(element)
    for rule in RULES[etree.QName(element).localname]:
        count = 0
        while children and children[0].tag == f"{{{SMZ}}}{rule.name}" and count < rule.most:
            _check_one(children.pop(0), rule)
            count += 1
        if count < rule.least:
            raise Invalid(f"Нет элемента {rule.name} на своём месте")
    if children:
        raise Invalid(f"Лишний элемент {etree.QName(children[0]).localname}")


def _check_one(child: Node, rule: Rule) -> None:
    if rule.name in RULES:
        check(child)
    elif len(child) or not re.fullmatch(rule.pattern, child.text or "", re.ASCII):
        raise Invalid(f"Неверное значение элемента {rule.name}")


def read_income(operation: Node) -> IncomeRequest:
    """Read an income that passed ``check``.

    :raises Invalid: impossible dates, sums that disagree, a legal entity without INN and name
    """
    income = IncomeRequest(
        inn=text(operation, "Inn") or "",
        operation_time=_moment(operation, "OperationTime"),
        request_time=_moment(operation, "RequestTime"),
        income_type=text(operation, "IncomeType") or "",
        customer_inn=text(operation, "CustomerInn"),
        customer_name=text(operation, "CustomerOrganization"),
        services=tuple(_line(service) for service in operation.findall(f"{{{SMZ}}}Services")),
        total_kopecks=_kopecks(operation, "TotalAmount"),
        operation_id=text(operation, "OperationUniqueId"),
    )
    if income.total_kopecks != sum(line.amount_kopecks * line.quantity for line in income.services):
        raise Invalid("TotalAmount не равна сумме услуг")
    if income.total_kopecks == 0:
        raise Invalid("Сумма дохода должна быть больше нуля")
    named = income.customer_inn is not None and income.customer_name is not None
    if income.income_type == "FROM_LEGAL_ENTITY" and not named:
        raise Invalid("Для дохода от юридического лица нужны CustomerInn и CustomerOrganization")
    return income


def text(parent: Node, name: str) -> str | None:
    return parent.findtext(f"{{{SMZ}}}{name}")


def _line(service: Node) -> ServiceLine:
    return ServiceLine(
        text(service, "Name") or "", _kopecks(service, "Amount"), int(text(service, "Quantity") or 0)
    )


def _kopecks(parent: Node, name: str) -> int:
    return int(Decimal(text(parent, name) or "0") * 100)


def _moment(parent: Node, name: str) -> datetime:
    try:
        return datetime.fromisoformat(text(parent, name) or "")
    except ValueError:
        raise Invalid(f"Неверное значение элемента {name}") from None
