"""What a person sees at /_control."""

from flask import Response

from localstack.standins.common.page import Button, Row, Table, control_page
from localstack.standins.tbank import deals, deliveries, payments, refunds
from localstack.standins.tbank.bank import SWITCHES, Bank

SHOWN = 100


def page(bank: Bank) -> Response:
    tables = [_payments(bank), _refunds(bank), _deals(bank), _deliveries(bank), _switches(bank)]
    return control_page("Учебный Т-Банк", tables)


def _payments(bank: Bank) -> Table:
    rows = [
        Row(
            [
                one["created_at"],
                one["PaymentId"],
                one["OrderId"],
                rubles(one["Amount"]),
                one["Status"],
                one["Description"],
            ],
            [
                Button(label, f"/_control/payments/{one['PaymentId']}/{action}")
                for label, action in (("Оплатить", "pay"), ("Отклонить", "fail"), ("Просрочить", "expire"))
                if one["Status"] in payments.OPEN
            ],
        )
        for one in bank.payments()[:SHOWN]
    ]
    return Table("Платежи", ["Создан", "Номер", "Заказ", "Сумма, ₽", "Состояние", "Описание"], rows)


def _refunds(bank: Bank) -> Table:
    rows = [
        Row(
            [
                one["asked_at"],
                one["payment_id"],
                one["external_id"] or "",
                rubles(one["amount"]),
                one["state"],
            ],
            [
                Button(label, f"/_control/refunds/{one['id']}/{action}")
                for label, action in (("Провести", "finish"), ("Отклонить", "fail"))
                if one["state"] == "pending"
            ],
        )
        for one in refunds.listing(bank)[:SHOWN]
    ]
    return Table("Возвраты", ["Запрошен", "Платёж", "Номер магазина", "Сумма, ₽", "Состояние"], rows)


def _deals(bank: Bank) -> Table:
    rows = [
        Row([one["opened_at"], one["id"], one["kind"], rubles(one["balance"]), one["state"]])
        for one in deals.listing(bank)[:SHOWN]
    ]
    return Table("Сделки", ["Открыта", "Номер", "Вид", "Остаток, ₽", "Состояние"], rows)


def _deliveries(bank: Bank) -> Table:
    rows = [
        Row(
            [
                one["id"],
                one["status"],
                one["payment_id"],
                one["source"],
                f"{one['origin']}: {one['state']}",
                ", ".join(str(attempt["status"] or attempt["error"]) for attempt in one["attempts"]),
            ],
            [Button("Повторить", f"/_control/deliveries/{one['id']}/replay")],
        )
        for one in deliveries.listing(bank)[:SHOWN]
    ]
    return Table("Уведомления", ["№", "Статус", "Платёж", "Откуда", "Состояние", "Ответы"], rows)


def _switches(bank: Bank) -> Table:
    rows = [
        Row(
            [name, bank.switch(name)],
            [Button(value, "/_control/switches", {name: value}) for value in known],
        )
        for name, known in SWITCHES.items()
    ]
    return Table("Переключатели", ["Что", "Сейчас"], rows)


def rubles(kopecks: int) -> str:
    whole, rest = divmod(kopecks, 100)
    return f"{whole}.{rest:02d}"
