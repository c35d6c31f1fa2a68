"""The control API: what a test or a person does in the bank's and the payer's place."""

from collections.abc import Callable
from datetime import date

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as Answer

from localstack.standins.common.bank_control import Fields, Unclear, add_to, done, whole
from localstack.standins.common.page import control_fields
from localstack.standins.tbank import (
    cash_register,
    control_page,
    deals,
    deliveries,
    payments,
    refunds,
    registry,
)
from localstack.standins.tbank.bank import SWITCHES, Bank, Document
from localstack.standins.tbank.problems import NotAsked, Problem

FOREIGN_SOURCE = "127.0.0.99"
MOST_REPLAYS = 50


def blueprint(bank: Bank) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/_control")
    control.register_error_handler(NotAsked, lambda e: _refused(409, f"it is {e}"))
    control.register_error_handler(Problem, lambda e: _refused(404 if e.code == "255" else 422, str(e)))
    control.register_error_handler(Unclear, lambda e: _refused(422, str(e)))
    control.add_url_rule("", "page", lambda: control_page.page(bank))
    _payments(control, bank)
    _messages(control, bank)
    _switches(control, bank)
    add_to(control, bank)
    return control


def _refused(status: int, text: str) -> tuple[Response, int]:
    return jsonify(error=text), status


def _payments(control: Blueprint, bank: Bank) -> None:
    @control.get("/payments")
    def list_payments() -> Answer:
        return done(bank.payments())

    @control.get("/deals")
    def list_deals() -> Answer:
        return done(deals.listing(bank))

    @control.get("/refunds")
    def list_refunds() -> Answer:
        return done(refunds.listing(bank))

    @control.get("/registry/<terminal_key>/<day>")
    def show_registry(terminal_key: str, day: str) -> Answer:
        try:
            asked = date.fromisoformat(day)
        except ValueError:
            raise Unclear("a day is YYYY-MM-DD") from None
        return Response(registry.of_day(bank, terminal_key, asked), content_type="text/csv; charset=utf-8")

    @control.post("/payments/<one>/<action>")
    def act_on_payment(one: str, action: str) -> Answer:
        fields = control_fields()
        actions: dict[str, Callable[[], Document]] = {
            "pay": lambda: payments.pay(bank, one, kopecks=_kopecks(fields), late=bool(fields.get("late"))),
            "cancel": lambda: payments.cancel(bank, one),
            "fail": lambda: payments.fail(bank, one),
            "expire": lambda: payments.expire(bank, one),
        }
        if action not in actions:
            raise Unclear(f"a payment can be: {', '.join(actions)}")
        return done(actions[action]())

    @control.post("/refunds/<int:one>/<action>")
    def act_on_refund(one: int, action: str) -> Answer:
        if action not in {"finish", "fail"}:
            raise Unclear("a refund can be: finish, fail")
        return done(refunds.finish(bank, one, well=action == "finish"))


def _messages(control: Blueprint, bank: Bank) -> None:
    @control.get("/receipts")
    def list_receipts() -> Answer:
        return done(cash_register.listing(bank))

    @control.get("/deliveries")
    def list_deliveries() -> Answer:
        return done(deliveries.listing(bank))

    @control.post("/deliveries/<int:one>/replay")
    def replay(one: int) -> Answer:
        sent = deliveries.replay(bank, one, whole(control_fields(), "times", 1, high=MOST_REPLAYS))
        if not sent:
            raise Unclear("no such delivery")
        return done({"deliveries": sent})

    @control.post("/webhooks/forge")
    def forge() -> Answer:
        """Send a message of one's own; the bank's records stay as they are."""
        fields = control_fields()
        payment = payments.known(bank, str(fields.get("payment_id")))
        told = deliveries.message(
            bank, payment, str(fields.get("status") or "CONFIRMED"), amount=_kopecks(fields)
        )
        changes = fields.get("fields")
        told |= changes if isinstance(changes, dict) else {}
        match fields.get("token") or "right":
            case "right":
                told = deliveries.signed(bank, told)
            case "wrong":
                told["Token"] = "0" * 64
        named = {"listed": bank.options.webhook_source, "foreign": FOREIGN_SOURCE}
        source = str(fields.get("source") or "listed")
        return done({"deliveries": [deliveries.add(bank, "forged", told, named.get(source, source))]})


def _switches(control: Blueprint, bank: Bank) -> None:
    @control.route("/switches", methods=["GET", "POST", "DELETE"])
    def switches() -> Answer:
        if request.method == "DELETE":
            bank.forget_switches()
        if request.method == "POST":
            for name, value in control_fields().items():
                if value not in SWITCHES.get(name, ()):
                    raise Unclear(f"{name} is one of: {', '.join(SWITCHES.get(name, ()))}")
                bank.set_switch(name, str(value))
        bank.wake.set()
        return done({name: bank.switch(name) for name in SWITCHES})


def _kopecks(fields: Fields) -> int | None:
    """``amount`` of the question in kopecks; None when it isn't asked."""
    raw = fields.get("amount")
    if raw is None or raw == "":
        return None
    return whole(fields, "amount", 0, high=10**14)
