"""The receipt that its link opens: a page for a person, with no log-in, as the service shows it."""

import json
from datetime import datetime
from sqlite3 import Row

from flask import Response, render_template_string

from localstack.standins.fns.registry import MOSCOW

PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><title>Чек № {{ receipt.id }}</title>
<style>body{font:16px/1.5 system-ui,sans-serif;max-width:26rem;margin:2rem auto;color:#1c1c1c}
table{width:100%;border-collapse:collapse}td{padding:.3rem 0;vertical-align:top}td:last-child{text-align:right}
.total{font-weight:700;border-top:1px solid}</style>
<h1>Чек № {{ receipt.id }}</h1><p>{{ moment }} (+03:00)</p><p>{{ name }}</p>
<table>{% for line in lines %}<tr><td>{{ loop.index }}. {{ line.name }}{% if line.quantity > 1 %} × {{ line.quantity }}{% endif %}</td>
<td>{{ line.amount }} ₽</td></tr>{% endfor %}
<tr class="total"><td>Итого</td><td>{{ total }} ₽</td></tr>
<tr><td>Режим НО</td><td>НПД</td></tr><tr><td>ИНН</td><td>{{ receipt.inn }}</td></tr>
{% if receipt.customer_inn %}<tr><td>Покупатель</td><td>{{ receipt.customer_name or "" }}</td></tr>
<tr><td>ИНН покупателя</td><td>{{ receipt.customer_inn }}</td></tr>{% endif %}
<tr><td>Чек сформировал</td><td>Мой налог (заменитель)</td></tr></table></html>"""


def receipt_page(receipt: Row, name: str) -> Response:
    moment = datetime.fromisoformat(receipt["operation_time"]).astimezone(MOSCOW)
    lines = [{**line, "amount": rubles(line["amount_kopecks"])} for line in json.loads(receipt["services"])]
    page = render_template_string(
        PAGE,
        receipt=dict(receipt),
        name=name,
        lines=lines,
        moment=moment.strftime("%d.%m.%Y %H:%M"),
        total=rubles(receipt["total_kopecks"]),
    )
    return Response(page, content_type="text/html; charset=utf-8")


def rubles(kopecks: int) -> str:
    whole, rest = divmod(kopecks, 100)
    return f"{whole:,}".replace(",", " ") + f",{rest:02d}"
