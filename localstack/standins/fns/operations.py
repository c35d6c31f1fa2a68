"""What the platform does with an operation: its answer is the response element or an ``SmzPlatformError``."""

import json
import threading
from collections.abc import Mapping

from lxml import etree

from localstack.standins.fns.registry import Registry, tax_year
from localstack.standins.fns.rules import RULES, IncomeRequest, Invalid, check, read_income, text
from localstack.standins.fns.soap import SMZ, Node, Refused, node

#: 422-ФЗ, article 4: 2.4 million roubles a calendar year.
YEAR_LIMIT_KOPECKS = 240_000_000

MESSAGES = {
    "TAXPAYER_UNREGISTERED": "Налогоплательщик {INN} не зарегистрирован в качестве плательщика НПД",
    "TAXPAYER_UNBOUND": "Налогоплательщик с ИНН {INN} не привязан к партнеру",
    "TAXPAYER_ALREADY_BOUND": "Налогоплательщик с ИНН {INN} уже привязан к партнеру",
    "PERMISSION_NOT_GRANTED": "У партнера нет прав на операцию",
    "PARTNER_DENY": "Партнеру запрещен доступ к платформе",
    "DUPLICATE": "Чек уже зарегистрирован: {RECEIPT_ID}",
    "INTERNAL_ERROR": "Внутренняя ошибка",
}
LIMIT_MESSAGE = "Доход за {YEAR} год превышает {THRESHOLD} млн руб."


class Operations:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._one_at_a_time = threading.Lock()

    def perform(self, operation: Node) -> Node:
        """:raises Refused: an operation that the stand-in doesn't know"""
        name = etree.QName(operation).localname
        known = {
            "PostBindPartnerWithInnRequest": self._bind,
            "GetBindPartnerStatusRequest": self._bind_status,
            "PostIncomeRequestV2": self._income,
        }
        if operation.tag != f"{{{SMZ}}}{name}" or name not in RULES or name not in known:
            raise Refused("Неизвестная операция")
        # Checks and what follows from them are one step: two incomes with one operation id make one receipt.
        with self._one_at_a_time:
            try:
                check(operation)
                return known[name](operation)
            except Invalid as broken:
                return platform_error("REQUEST_VALIDATION_ERROR", {}, str(broken))

    def _bind(self, operation: Node) -> Node:
        inn = text(operation, "Inn") or ""
        taxpayer = self._registry.taxpayer(inn)
        if taxpayer is None or not taxpayer["registered"]:
            return platform_error("TAXPAYER_UNREGISTERED", {"INN": inn})
        if taxpayer["bound"]:
            return platform_error("TAXPAYER_ALREADY_BOUND", {"INN": inn})
        permissions = [child.text or "" for child in operation.findall(f"{{{SMZ}}}Permissions")]
        binding_id = self._registry.add_binding(inn, permissions)
        return node(SMZ, "PostBindPartnerWithInnResponse", [node(SMZ, "Id", binding_id)])

    def _bind_status(self, operation: Node) -> Node:
        binding = self._registry.binding(text(operation, "Id") or "")
        if binding is None:
            raise Invalid("Неизвестный Id")
        children = [node(SMZ, "Result", binding["result"]), node(SMZ, "Inn", binding["inn"])]
        if binding["result"] == "COMPLETED":
            children += [node(SMZ, "Permissions", name) for name in json.loads(binding["permissions"])]
        if binding["processed_at"]:
            children.append(node(SMZ, "ProcessingTime", binding["processed_at"]))
        return node(SMZ, "GetBindPartnerStatusResponse", children)

    def _income(self, operation: Node) -> Node:
        income = read_income(operation)
        refusal = self._refusal(income)
        if refusal is not None:
            return refusal
        first = self._registry.receipt_of(income.operation_id)
        if first is not None:
            return platform_error("DUPLICATE", {"RECEIPT_ID": first["id"], "RECEIPT_URL": first["link"]})
        year = tax_year(income)
        if self._registry.year_total_kopecks(income.inn, year) + income.total_kopecks > YEAR_LIMIT_KOPECKS:
            args = {"YEAR": str(year), "THRESHOLD": "2.4"}
            return platform_error("REQUEST_VALIDATION_ERROR", args, LIMIT_MESSAGE)
        receipt = self._registry.add_receipt(income)
        children = [node(SMZ, "ReceiptId", receipt["id"]), node(SMZ, "Link", receipt["link"])]
        return node(SMZ, "PostIncomeResponseV2", children)

    def _refusal(self, income: IncomeRequest) -> Node | None:
        taxpayer = self._registry.taxpayer(income.inn)
        if taxpayer is None or not taxpayer["registered"]:
            return platform_error("TAXPAYER_UNREGISTERED", {"INN": income.inn})
        if not taxpayer["bound"]:
            return platform_error("TAXPAYER_UNBOUND", {"INN": income.inn})
        if "INCOME_REGISTRATION" not in json.loads(taxpayer["permissions"]):
            return platform_error("PERMISSION_NOT_GRANTED", {})
        return None


def platform_error(code: str, args: Mapping[str, str], message: str | None = None) -> Node:
    pairs = [node(SMZ, "Args", [node(SMZ, "Key", key), node(SMZ, "Value", args[key])]) for key in args]
    words = message or MESSAGES.get(code, "Ошибка")
    return node(SMZ, "SmzPlatformError", [node(SMZ, "Code", code), node(SMZ, "Message", words), *pairs])
