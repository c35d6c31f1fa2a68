"""What a person sees at /_control."""

import json

from flask import Response

from localstack.standins.common.page import Button, Row, Table, control_page
from localstack.standins.yookassa import deliveries, payments, payouts, receipts, refunds
from localstack.standins.yookassa.bank import Bank, Document

SHOWN = 100


def objects(bank: Bank, kind: str) -> list[Document]:
    """Payments, refunds or payouts as the API gives them, newest first."""
    rows = bank.store.rows("SELECT document FROM objects WHERE kind = ? ORDER BY sequence DESC", (kind,))
    return [json.loads(row["document"]) for row in rows]


def page(bank: Bank) -> Response:
    return control_page(
        "Учебная ЮKassa",
        [_payments(bank), _refunds(bank), _receipts(bank), _payouts(bank), _deliveries(bank)],
    )


def _payments(bank: Bank) -> Table:
    rows = [
        Row(
            [one["created_at"], one["id"], one["amount"]["value"], _status(one), one.get("description", "")],
            [
                Button(label, f"/_control/payments/{one['id']}/{action}")
                for label, action in (("Оплатить", "pay"), ("Отклонить", "fail"), ("Просрочить", "expire"))
                if one["status"] == "pending"
            ],
        )
        for one in objects(bank, payments.KIND)[:SHOWN]
    ]
    return Table("Платежи", ["Создан", "Номер", "Сумма, ₽", "Состояние", "Описание"], rows)


def _refunds(bank: Bank) -> Table:
    rows = [
        Row(
            [one["created_at"], one["id"], one["payment_id"], one["amount"]["value"], _status(one)],
            [
                Button(label, f"/_control/refunds/{one['id']}/{action}")
                for label, action in (("Вернуть", "succeed"), ("Отклонить", "fail"))
                if one["status"] == "pending"
            ],
        )
        for one in objects(bank, refunds.KIND)[:SHOWN]
    ]
    plans = [
        Button(label, "/_control/refunds/plan", {"plan": plan})
        for label, plan in (
            ("Новые возвращать", "succeed"),
            ("Новые удерживать", "hold"),
            ("Денег нет", "insufficient_funds"),
        )
    ]
    title = f"Возвраты (новые: {bank.switch(refunds.PLAN, 'succeed')})"
    return Table(title, ["Создан", "Номер", "Платёж", "Сумма, ₽", "Состояние"], rows, plans)


def _receipts(bank: Bank) -> Table:
    rows = [
        Row(
            [one["created_at"], one["id"], one["payment_id"], one["type"], _settled(one), _status(one)],
            [
                Button(label, f"/_control/receipts/{one['id']}/{action}")
                for label, action in (("Зарегистрировать", "succeed"), ("Отклонить", "fail"))
                if one["status"] == "pending"
            ],
        )
        for one in objects(bank, receipts.KIND)[:SHOWN]
    ]
    plans = [
        Button(label, "/_control/receipts/plan", {"plan": plan})
        for label, plan in (
            ("Новые регистрировать", "succeed"),
            ("Новые удерживать", "hold"),
            ("Касса сломана", "fail"),
        )
    ]
    title = f"Чеки (новые: {bank.switch(receipts.PLAN, 'succeed')})"
    return Table(title, ["Создан", "Номер", "Платёж", "Вид", "Расчёт", "Состояние"], rows, plans)


def _settled(one: Document) -> str:
    return ", ".join(str(part["type"]) for part in one["settlements"])


def _payouts(bank: Bank) -> Table:
    rows = [
        Row(
            [
                one["created_at"],
                one["id"],
                one["amount"]["value"],
                _status(one),
                one["payout_destination"]["phone"],
            ],
            [
                Button(label, f"/_control/payouts/{one['id']}/{action}")
                for label, action in (("Выплатить", "succeed"), ("Отклонить", "fail"), ("Удержать", "hold"))
                if one["status"] == "pending"
            ],
        )
        for one in objects(bank, payouts.KIND)[:SHOWN]
    ]
    plans = [
        Button(label, "/_control/payouts/plan", {"plan": plan})
        for label, plan in (("Новые выплачивать", "succeed"), ("Новые удерживать", "hold"))
    ]
    title = f"Выплаты (новые: {bank.switch(payouts.PLAN, 'succeed')})"
    return Table(title, ["Создана", "Номер", "Сумма, ₽", "Состояние", "Телефон"], rows, plans)


def _deliveries(bank: Bank) -> Table:
    rows = [
        Row(
            [
                one["id"],
                one["event"],
                one["object_id"],
                one["source"],
                f"{one['origin']}: {one['state']}",
                ", ".join(str(attempt["status"] or attempt["error"]) for attempt in one["attempts"]),
            ],
            [Button("Повторить", f"/_control/deliveries/{one['id']}/replay")],
        )
        for one in deliveries.listing(bank)[:SHOWN]
    ]
    buttons = [
        Button("Включить", "/_control/webhooks", {"enabled": "1"}),
        Button("Выключить", "/_control/webhooks", {"enabled": "0"}),
    ]
    title = f"Уведомления ({bank.switch('webhooks', 'on')})"
    return Table(title, ["№", "Событие", "Объект", "Откуда", "Состояние", "Ответы"], rows, buttons)


def _status(one: Document) -> str:
    reason = one.get("cancellation_details", {}).get("reason")
    return f"{one['status']} ({reason})" if reason else str(one["status"])
