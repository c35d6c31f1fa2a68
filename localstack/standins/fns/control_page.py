"""What the control API lists, and the page of it."""

import json
from collections.abc import Mapping
from sqlite3 import Row as Record

from flask import Response

from localstack.standins.common.faults import FaultKind, FaultSwitches
from localstack.standins.common.page import Button, Row, Table, control_page
from localstack.standins.fns.receipt_page import rubles
from localstack.standins.fns.registry import Registry

LISTS: Mapping[str, str] = {
    "taxpayers": "SELECT * FROM taxpayers WHERE ? IS NULL OR inn = ? ORDER BY rowid DESC LIMIT 100",
    "bindings": "SELECT * FROM bindings WHERE ? IS NULL OR inn = ? ORDER BY rowid DESC LIMIT 100",
    "receipts": "SELECT * FROM receipts WHERE ? IS NULL OR inn = ? ORDER BY number DESC LIMIT 100",
    "messages": "SELECT id, operation, CAST(request AS TEXT) AS request, CAST(answer AS TEXT) AS answer,"
    " processing_left, lost, received_at FROM messages WHERE ? IS NULL OR instr(request, ?) > 0"
    " ORDER BY number DESC LIMIT 100",
}
JSON_FIELDS = {"permissions", "services"}
SWITCHES = {
    FaultKind.ERROR_AFTER: "Принять и ответить 500",
    FaultKind.HANG_AFTER: "Принять и молчать",
    FaultKind.DROP_AFTER: "Принять и оборвать",
}


def newest(registry: Registry, kind: str, inn: str | None) -> list[dict[str, object]]:
    """Rows of one list, newest first, with their JSON fields opened."""
    return [_opened(row) for row in registry.store.rows(LISTS[kind], (inn, inn))]


def _opened(row: Record) -> dict[str, object]:
    return {name: json.loads(row[name]) if name in JSON_FIELDS else row[name] for name in row.keys()}  # noqa: SIM118 -- a Row iterates over values


def page(registry: Registry, faults: FaultSwitches) -> Response:
    waiting = [Row([fault.kind, fault.operation, fault.times]) for fault in faults.waiting()]
    switches = [
        Button(label, "/_control/faults", {"kind": kind, "operation": "send"})
        for kind, label in SWITCHES.items()
    ]
    switches.append(Button("Забыть сообщения", "/_control/messages/lose"))
    switches.append(Button("Отозвать токены", "/_control/tokens/revoke"))
    return control_page(
        "ФНС, платформа НПД (заменитель)",
        [
            Table("Чеки", ("Чек", "ИНН", "Сумма", "Покупатель", "Ссылка"), _receipts(registry)),
            Table("Привязки", ("Когда", "ИНН", "Права", "Состояние"), _bindings(registry)),
            Table("Налогоплательщики", ("ИНН", "Имя", "Права"), _taxpayers(registry)),
            Table("Испортить следующее сообщение", ("Вид", "Где", "Раз"), waiting, switches),
        ],
    )


def _receipts(registry: Registry) -> list[Row]:
    return [
        Row([one["id"], one["inn"], rubles(int(str(one["total_kopecks"]))), one["customer_inn"], one["link"]])
        for one in newest(registry, "receipts", None)
    ]


def _bindings(registry: Registry) -> list[Row]:
    answers = {"confirm": "Согласиться", "reject": "Отказать"}
    return [
        Row(
            [one["asked_at"], one["inn"], one["permissions"], one["result"]],
            [Button(label, f"/_control/bindings/{one['id']}/{action}") for action, label in answers.items()],
        )
        for one in newest(registry, "bindings", None)
    ]


def _taxpayers(registry: Registry) -> list[Row]:
    actions = {"unbind": "Отвязать", "unregister": "Снять с учёта"}
    return [
        Row(
            [one["inn"], one["name"], one["permissions"]],
            [
                Button(label, f"/_control/taxpayers/{one['inn']}/{action}")
                for action, label in actions.items()
            ],
        )
        for one in newest(registry, "taxpayers", None)
    ]
