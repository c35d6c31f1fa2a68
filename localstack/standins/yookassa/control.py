"""The control API: what a test or a person does in the bank's and the payer's place."""

import copy
from collections.abc import Callable

from flask import Blueprint, Response, jsonify
from werkzeug.wrappers import Response as Answer

from localstack.standins.common.bank_control import Fields, Unclear, add_to, done, whole
from localstack.standins.common.page import control_fields
from localstack.standins.yookassa import control_page, deliveries, payments, payouts, receipts, refunds
from localstack.standins.yookassa.bank import Bank, Document
from localstack.standins.yookassa.checks import AMOUNT, rubles
from localstack.standins.yookassa.problems import Problem

FOREIGN_SOURCE = "127.0.0.99"
MOST_REPLAYS = 50


def blueprint(bank: Bank) -> Blueprint:
    control = Blueprint("control", __name__, url_prefix="/_control")
    control.register_error_handler(payments.NotAsked, lambda e: _refused(409, f"it is {e}"))
    control.register_error_handler(receipts.NotPending, lambda e: _refused(409, f"it is {e}"))
    control.register_error_handler(Problem, lambda e: _refused(e.status, e.description))
    control.register_error_handler(Unclear, lambda e: _refused(422, str(e)))
    control.add_url_rule("", "page", lambda: control_page.page(bank))
    _payments(control, bank)
    _payouts(control, bank)
    _refunds(control, bank)
    _receipts(control, bank)
    _webhooks(control, bank)
    add_to(control, bank)
    return control


def _refused(status: int, text: str) -> tuple[Response, int]:
    return jsonify(error=text), status


def _payments(control: Blueprint, bank: Bank) -> None:
    @control.get("/payments")
    def list_payments() -> Answer:
        return done(control_page.objects(bank, payments.KIND))

    @control.post("/payments/<one>/<action>")
    def act_on_payment(one: str, action: str) -> Answer:
        fields = control_fields()
        late = bool(fields.get("late"))
        reason = str(fields.get("reason") or "general_decline")
        actions: dict[str, Callable[[], Document]] = {
            "pay": lambda: payments.pay(bank, one, kopecks=_kopecks(fields), late=late),
            "cancel": lambda: payments.cancel(bank, one, party="merchant", reason="canceled_by_merchant"),
            "fail": lambda: payments.cancel(bank, one, party="payment_network", reason=reason),
            "expire": lambda: payments.expire(bank, one),
        }
        if action not in actions:
            raise Unclear(f"a payment can be: {', '.join(actions)}")
        return done(actions[action]())


def _payouts(control: Blueprint, bank: Bank) -> None:
    @control.get("/payouts")
    def list_payouts() -> Answer:
        return done(control_page.objects(bank, payouts.KIND))

    @control.post("/payouts/plan")
    def plan() -> Answer:
        """Decide how new payouts end: ``succeed``, ``hold``, or the reason they are canceled with."""
        bank.set_switch(payouts.PLAN, str(control_fields().get("plan") or "succeed"))
        return done({"plan": bank.switch(payouts.PLAN, "succeed")})

    @control.post("/payouts/<one>/<action>")
    def act_on_payout(one: str, action: str) -> Answer:
        reason = str(control_fields().get("reason") or "general_decline")
        actions: dict[str, Callable[[], Document]] = {
            "succeed": lambda: payouts.succeed(bank, one),
            "fail": lambda: payouts.fail(bank, one, reason=reason),
            "hold": lambda: payouts.hold(bank, one),
        }
        if action not in actions:
            raise Unclear(f"a payout can be: {', '.join(actions)}")
        return done(actions[action]())


def _refunds(control: Blueprint, bank: Bank) -> None:
    @control.get("/refunds")
    def list_refunds() -> Answer:
        return done(control_page.objects(bank, refunds.KIND))

    @control.post("/refunds/plan")
    def plan_refunds() -> Answer:
        """Decide how new refunds end: ``succeed``, ``hold``, or the reason they are canceled with."""
        bank.set_switch(refunds.PLAN, str(control_fields().get("plan") or "succeed"))
        return done({"plan": bank.switch(refunds.PLAN, "succeed")})

    @control.post("/refunds/cabinet")
    def by_hand() -> Answer:
        """A refund that somebody makes in the shop's cabinet: the API's customer hasn't asked for it."""
        fields = control_fields()
        return done(refunds.make(bank, str(fields.get("payment_id")), _kopecks(fields), {}))

    @control.post("/refunds/<one>/<action>")
    def act_on_refund(one: str, action: str) -> Answer:
        reason = str(control_fields().get("reason") or "general_decline")
        actions: dict[str, Callable[[], Document]] = {
            "succeed": lambda: refunds.succeed(bank, one),
            "fail": lambda: refunds.fail(bank, one, reason=reason),
        }
        if action not in actions:
            raise Unclear(f"a refund can be: {', '.join(actions)}")
        return done(actions[action]())


def _receipts(control: Blueprint, bank: Bank) -> None:
    @control.get("/receipts")
    def list_receipts() -> Answer:
        return done(control_page.objects(bank, receipts.KIND))

    @control.post("/receipts/plan")
    def plan_receipts() -> Answer:
        """How new receipts end (``succeed``, ``hold``, ``fail``), and whether payments need one (``required``)."""
        fields = control_fields()
        bank.set_switch(receipts.PLAN, str(fields.get("plan") or "succeed"))
        bank.set_switch(receipts.REQUIRED, "on" if fields.get("required") else "off")
        return done(
            {"plan": bank.switch(receipts.PLAN, "succeed"), "required": bank.switch(receipts.REQUIRED, "off")}
        )

    @control.post("/receipts/<one>/<action>")
    def act_on_receipt(one: str, action: str) -> Answer:
        actions: dict[str, Callable[[], Document]] = {
            "succeed": lambda: receipts.succeed(bank, one),
            "fail": lambda: receipts.fail(bank, one),
        }
        if action not in actions:
            raise Unclear(f"a receipt can be: {', '.join(actions)}")
        return done(actions[action]())


def _webhooks(control: Blueprint, bank: Bank) -> None:
    @control.get("/deliveries")
    def list_deliveries() -> Answer:
        return done(deliveries.listing(bank))

    @control.post("/deliveries/<int:one>/replay")
    def replay(one: int) -> Answer:
        times = whole(control_fields(), "times", 1, high=MOST_REPLAYS)
        sent = deliveries.replay(bank, one, times)
        if not sent:
            raise Problem(404, "No such delivery")
        return done({"deliveries": sent})

    @control.post("/webhooks/forge")
    def forge() -> Answer:
        """Claim an event that did not happen; the bank's own records stay as they are."""
        fields = control_fields()
        event = str(fields.get("event") or "payment.succeeded")
        kind, _, status = event.partition(".")
        claimed = bank.find(kind, str(fields.get("object_id")))
        document = (
            copy.deepcopy(claimed) if claimed else {"id": str(fields.get("object_id")), "amount": rubles(100)}
        )
        document["status"] = status
        kopecks = _kopecks(fields)
        if kopecks is not None:
            document["amount"] = rubles(kopecks)
        named = {"listed": bank.options.webhook_source, "foreign": FOREIGN_SOURCE}
        source = str(fields.get("source") or "listed")
        return done({"deliveries": [deliveries.forge(bank, event, document, named.get(source, source))]})

    @control.post("/webhooks")
    def switch() -> Answer:
        """``{"enabled": false}``: what happens meanwhile is withheld for good, until replayed."""
        switches = {"true": "on", "1": "on", "false": "off", "0": "off"}
        enabled = str(control_fields().get("enabled")).lower()
        if enabled not in switches:
            raise Unclear("enabled is true or false")
        bank.set_switch("webhooks", switches[enabled])
        return done({"webhooks": bank.switch("webhooks", "on")})


def _kopecks(fields: Fields) -> int | None:
    """``amount`` of the question, a string like "1.00", as kopecks; None when it isn't asked."""
    raw = fields.get("amount")
    if not raw:
        return None
    if not isinstance(raw, str) or not AMOUNT.fullmatch(raw):
        raise Unclear("amount is a string with two digits after the point")
    return int(raw.replace(".", ""))
