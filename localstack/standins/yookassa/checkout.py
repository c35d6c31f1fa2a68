"""The bank's own page that a payer sees after the link: the sum, the time left, two buttons."""

from contextlib import suppress
from datetime import datetime

from flask import Blueprint, Response, redirect, render_template_string, request
from werkzeug.wrappers import Response as Answer

from localstack.standins.yookassa import payments
from localstack.standins.yookassa.bank import Bank, Document
from localstack.standins.yookassa.problems import Problem

PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Оплата по СБП</title>
<style>body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;color:#1c1c1c}
.sum{font-size:2.2rem;margin:.5rem 0}button{font-size:1.1rem;padding:.6rem 1.4rem;margin-right:.5rem}
small{color:#666}</style>
<h1>Оплата по СБП</h1><p>{{ payment.description or "Платёж" }}</p><p class="sum">{{ sum }} ₽</p>
{% if payment.status == "pending" %}<p>Осталось {{ minutes }} мин.</p>
<form method="post" action="/checkout"><input type="hidden" name="orderId" value="{{ payment.id }}">
<button name="answer" value="pay">Оплатить</button><button name="answer" value="refuse">Отказаться</button></form>
{% elif payment.status == "succeeded" %}<p><b>Оплачено.</b></p>
{% else %}<p><b>Платёж отменён.</b> Запросите новую ссылку.</p>{% endif %}
<p><small>Учебный банк: деньги не списываются.</small></p></html>"""


def blueprint(bank: Bank) -> Blueprint:
    pages = Blueprint("checkout", __name__)

    @pages.get("/checkout")
    def show() -> Response:
        try:
            payment = payments.get(bank, request.args.get("orderId", ""))
        except Problem:
            return Response("Платёж не найден", 404, content_type="text/plain; charset=utf-8")
        return Response(_page(bank, payment), content_type="text/html; charset=utf-8")

    @pages.post("/checkout")
    def answer() -> Answer:
        payment_id = request.form.get("orderId", "")
        # A second press, or one after the hour, shows the page as it is.
        with suppress(payments.NotAsked, Problem):
            if request.form.get("answer") == "pay":
                payments.pay(bank, payment_id)
            else:
                payments.cancel(bank, payment_id, party="payment_network", reason="general_decline")
        return redirect(f"/checkout?orderId={payment_id}", 303)

    return pages


def _page(bank: Bank, payment: Document) -> str:
    whole, rest = payment["amount"]["value"].split(".")
    left = datetime.fromisoformat(payment["created_at"]) + payments.WINDOW - bank.clock.now()
    return render_template_string(
        PAGE,
        payment=payment,
        sum=f"{int(whole):,}".replace(",", "\u00a0") + f",{rest}",
        minutes=max(0, int(left.total_seconds()) // 60),
    )
