"""The bank's own page that a payer sees after the link: the sum, the code, two buttons."""

from contextlib import suppress

from flask import Blueprint, Response, redirect, render_template_string, request
from markupsafe import Markup
from werkzeug.wrappers import Response as Answer

from localstack.standins.tbank import payments, qr
from localstack.standins.tbank.bank import Bank
from localstack.standins.tbank.problems import NotAsked, Problem

PAGE = """<!doctype html><html lang="ru"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Оплата по СБП</title>
<style>body{font:17px/1.5 system-ui,sans-serif;max-width:28rem;margin:3rem auto;padding:0 1rem;color:#1c1c1c}
.sum{font-size:2.2rem;margin:.5rem 0}button{font-size:1.1rem;padding:.6rem 1.4rem;margin-right:.5rem}
small{color:#666}</style>
<h1>Оплата по СБП</h1><p>{{ payment.Description or "Платёж" }}</p><p class="sum">{{ sum }} ₽</p>
{% if open %}{{ image }}
<form method="post"><button name="answer" value="pay">Оплатить</button>
<button name="answer" value="refuse">Отказаться</button></form>
{% elif payment.confirmed_at %}<p><b>Оплачено.</b></p>
{% else %}<p><b>Платёж завершён без оплаты.</b> Запросите новую ссылку.</p>{% endif %}
<p><small>Учебный банк: деньги не списываются.</small></p></html>"""


def blueprint(bank: Bank) -> Blueprint:
    pages = Blueprint("pay_page", __name__)

    @pages.get("/new/<payment_id>")
    def show(payment_id: str) -> Response:
        try:
            payment = payments.show_form(bank, payment_id)
        except Problem:
            return Response("Платёж не найден", 404, content_type="text/plain; charset=utf-8")
        whole, rest = divmod(payment["Amount"], 100)
        page = render_template_string(
            PAGE,
            payment=payment,
            open=payment["Status"] in payments.OPEN,
            sum=f"{whole:,}".replace(",", "\u00a0") + f",{rest:02d}",
            image=Markup(qr.image(payment)),  # noqa: S704 -- drawn here from our own link
        )
        return Response(page, content_type="text/html; charset=utf-8")

    @pages.post("/new/<payment_id>")
    def answer(payment_id: str) -> Answer:
        # A second press, or one after the term, shows the page as it is.
        with suppress(NotAsked, Problem):
            if request.form.get("answer") == "pay":
                payments.pay(bank, payment_id)
            else:
                payments.fail(bank, payment_id)
        return redirect(f"/new/{payment_id}", 303)

    return pages
