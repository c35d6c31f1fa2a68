"""The control API: what a test or a person does in the bank's and the payer's place."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import date

from flask import Blueprint, Response, jsonify, request
from werkzeug.wrappers import Response as Answer

from localstack.standins.common.faults import ANY_OPERATION, Fault, FaultKind
from localstack.standins.common.page import control_fields, control_reply
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

Fields = dict[str, object]


class Unclear(Exception):
    """The control API was asked for something it doesn't know."""


def blueprint(bank: Bank) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/_control")
    control.register_error_handler(NotAsked, lambda e: _refused(409, f"it is {e}"))
    control.register_error_handler(Problem, lambda e: _refused(404 if e.code == "255" else 422, str(e)))
    control.register_error_handler(Unclear, lambda e: _refused(422, str(e)))
    control.add_url_rule("", "page", lambda: control_page.page(bank))
    _payments(control, bank)
    _messages(control, bank)
    _switches(control, bank)
    _faults(control, bank)
    return control


def _refused(status: int, text: str) -> tuple[Response, int]:
    return jsonify(error=text), status


def _done(value: object) -> Answer:
    return control_reply(jsonify(value))


def _payments(control: Blueprint, bank: Bank) -> None:
    @control.get("/payments")
    def list_payments() -> Answer:
        return _done(bank.payments())

    @control.get("/deals")
    def list_deals() -> Answer:
        return _done(deals.listing(bank))

    @control.get("/refunds")
    def list_refunds() -> Answer:
        return _done(refunds.listing(bank))

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
        return _done(actions[action]())

    @control.post("/refunds/<int:one>/<action>")
    def act_on_refund(one: int, action: str) -> Answer:
        if action not in {"finish", "fail"}:
            raise Unclear("a refund can be: finish, fail")
        return _done(refunds.finish(bank, one, well=action == "finish"))


def _messages(control: Blueprint, bank: Bank) -> None:
    @control.get("/receipts")
    def list_receipts() -> Answer:
        return _done(cash_register.listing(bank))

    @control.get("/deliveries")
    def list_deliveries() -> Answer:
        return _done(deliveries.listing(bank))

    @control.post("/deliveries/<int:one>/replay")
    def replay(one: int) -> Answer:
        sent = deliveries.replay(bank, one, _whole(control_fields(), "times", 1, high=MOST_REPLAYS))
        if not sent:
            raise Unclear("no such delivery")
        return _done({"deliveries": sent})

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
        return _done({"deliveries": [deliveries.add(bank, "forged", told, named.get(source, source))]})


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
        return _done({name: bank.switch(name) for name in SWITCHES})

    @control.post("/clock")
    def clock() -> Answer:
        bank.clock.shift(_whole(control_fields(), "shift_seconds", 0, high=10 * 365 * 86400))
        bank.wake.set()
        return _done({"now": bank.clock.now().isoformat(), "shift_seconds": bank.clock.shift_seconds})


def _faults(control: Blueprint, bank: Bank) -> None:
    @control.route("/faults", methods=["GET", "POST", "DELETE"])
    def faults() -> Answer:
        if request.method == "DELETE":
            bank.faults.clear()
        if request.method == "POST":
            fields = control_fields()
            try:
                kind = FaultKind(str(fields.get("kind")))
            except ValueError:
                raise Unclear(f"kind is one of: {', '.join(FaultKind)}") from None
            bank.faults.add(
                Fault(
                    kind=kind,
                    operation=str(fields.get("operation") or ANY_OPERATION),
                    times=_whole(fields, "times", 1, high=1000),
                    seconds=_whole(fields, "seconds", 30, high=600),
                )
            )
        return _done([asdict(fault) for fault in bank.faults.waiting()])

    @control.get("/received")
    def received() -> Answer:
        """Every request to the API, newest first."""
        return _done([dict(row) for row in bank.store.rows("SELECT * FROM received ORDER BY id DESC")])


def _whole(fields: Fields, name: str, default: int, *, high: int) -> int:
    raw = str(fields.get(name, default))
    if not raw.isdecimal() or int(raw) > high:
        raise Unclear(f"{name} is a whole number up to {high}")
    return int(raw)


def _kopecks(fields: Fields) -> int | None:
    """``amount`` of the question in kopecks; None when it isn't asked."""
    raw = fields.get("amount")
    if raw is None or raw == "":
        return None
    return _whole(fields, "amount", 0, high=10**14)
