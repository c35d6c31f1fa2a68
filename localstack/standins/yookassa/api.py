"""The API as its clients know it: /v3, Basic auth per product, JSON in and out."""

import hmac
from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, jsonify, request

from localstack.standins.common.faults import Fault, FaultKind, with_fault
from localstack.standins.yookassa import idempotency, listing, payments, payouts, receipts, refunds
from localstack.standins.yookassa.bank import Bank, Document, stamp
from localstack.standins.yookassa.problems import Problem

Work = Callable[[], tuple[int, Document]]


def blueprint(bank: Bank) -> Blueprint:
    api = Blueprint("api", __name__, url_prefix="/v3")
    shop, gateway = bank.credentials.shop_id, bank.credentials.gateway_id

    def route(path: str, method: str, operation: str, work: Callable[..., tuple[int, Document]]) -> None:
        def view(**parts: str) -> Response:
            return _answer(bank, operation, lambda: work(**parts))

        api.add_url_rule(path, operation.replace(".", "_"), view, methods=[method])

    def create(account: str, make: Callable[[Bank, Document], Document]) -> tuple[int, Document]:
        _authorize(bank, account)
        body, key = _body(), request.headers.get(idempotency.HEADER)
        return idempotency.once(bank, account, key, body, lambda: make(bank, body))

    def read(account: str, make: Callable[[], Document]) -> tuple[int, Document]:
        _authorize(bank, account)
        return 200, make()

    def listed(account: str, kind: str) -> tuple[int, Document]:
        return read(account, lambda: listing.page(bank, kind, request.args.to_dict()))

    route("/payments", "POST", "payments.create", lambda: create(shop, payments.create))
    route("/payments", "GET", "payments.list", lambda: listed(shop, payments.KIND))
    route("/payments/<one>", "GET", "payments.get", lambda one: read(shop, lambda: payments.get(bank, one)))
    route("/refunds", "POST", "refunds.create", lambda: create(shop, refunds.create))
    route("/refunds", "GET", "refunds.list", lambda: listed(shop, refunds.KIND))
    route("/refunds/<one>", "GET", "refunds.get", lambda one: read(shop, lambda: refunds.get(bank, one)))
    route("/receipts", "POST", "receipts.create", lambda: create(shop, receipts.create))
    route("/receipts", "GET", "receipts.list", lambda: listed(shop, receipts.KIND))
    route("/receipts/<one>", "GET", "receipts.get", lambda one: read(shop, lambda: receipts.get(bank, one)))
    route("/payouts", "POST", "payouts.create", lambda: create(gateway, payouts.create))
    route("/payouts", "GET", "payouts.list", lambda: listed(gateway, payouts.KIND))
    route("/payouts/search", "GET", "payouts.search", lambda: listed(gateway, payouts.KIND))
    route("/payouts/<one>", "GET", "payouts.get", lambda one: read(gateway, lambda: payouts.get(bank, one)))
    route("/sbp_banks", "GET", "banks.list", lambda: read(gateway, _banks))
    route("/me", "GET", "me.get", lambda: _me(bank))
    api.after_request(lambda answer: _keep(bank, answer))
    return api


def _answer(bank: Bank, operation: str, work: Work) -> Response:
    fault = bank.faults.take(operation)

    def make() -> Response:
        try:
            status, document = work()
        except Problem as refusal:
            return _json(refusal.status, refusal.body())
        return _json(status, _spoil(fault, document))

    return with_fault(fault, make, lambda status: _json(status, Problem(status, "Made on purpose").body()))


def _json(status: int, document: Document) -> Response:
    answer = jsonify(document)
    answer.status_code = status
    return answer


def _spoil(fault: Fault | None, document: Document) -> Document:
    match fault.kind if fault else None:
        case FaultKind.EXTRA_FIELD:
            return {**document, "field_of_tomorrow": {"nested": [1, None]}}
        case FaultKind.UNKNOWN_STATUS:
            return {**document, "status": "status_of_tomorrow"}
        case _:
            return document


def _authorize(bank: Bank, account: str) -> None:
    """Each product takes its own account only."""
    known = {
        bank.credentials.shop_id: bank.credentials.shop_key,
        bank.credentials.gateway_id: bank.credentials.gateway_key,
    }
    given = request.authorization
    name, key = (given.username or "", given.password or "") if given else ("", "")
    if not hmac.compare_digest(known.get(name, "").encode(), key.encode()) or not key:
        raise Problem(401, "Wrong account or key")
    if name != account:
        raise Problem(403, "This account doesn't serve this product")


def _body() -> Document:
    body: Any = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(400, "The body is not a JSON object")
    return body


def _banks() -> Document:
    return {"type": "list", "items": payouts.BANKS}


def _me(bank: Bank) -> tuple[int, Document]:
    name = request.authorization.username if request.authorization else None
    if name == bank.credentials.gateway_id:
        _authorize(bank, bank.credentials.gateway_id)
        balance = {"value": "10000000.00", "currency": "RUB"}
        return 200, {
            "account_id": name,
            "status": "enabled",
            "test": True,
            "payout_methods": ["sbp"],
            "payout_balance": balance,
        }
    _authorize(bank, bank.credentials.shop_id)
    return 200, {
        "account_id": name,
        "status": "enabled",
        "test": True,
        "fiscalization_enabled": False,
        "payment_methods": ["sbp"],
    }


def _keep(bank: Bank, answer: Response) -> Response:
    """Keep what came, without the key."""
    account = request.authorization.username if request.authorization else None
    bank.store.run(
        "INSERT INTO received (at, method, path, account, idempotence_key, body, status) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            stamp(bank.clock.now()),
            request.method,
            request.full_path.rstrip("?"),
            account,
            request.headers.get(idempotency.HEADER),
            request.get_data(as_text=True),
            answer.status_code,
        ),
    )
    return answer
