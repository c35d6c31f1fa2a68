"""The API as its clients know it: POST /v2/Method and /cashbox/Method, JSON with TerminalKey and Token, errors with HTTP 200."""

import json
from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request

from localstack.standins.common.faults import Fault, FaultKind, with_fault
from localstack.standins.tbank import closings, deals, deliveries, payments, refunds
from localstack.standins.tbank.bank import Bank, Document, stamp
from localstack.standins.tbank.problems import Problem
from localstack.standins.tbank.token import is_signed

Work = Callable[[Bank, str, Document], Document]

METHODS: dict[str, Work] = {
    "Init": payments.init,
    "GetQr": payments.get_qr,
    "GetState": payments.get_state,
    "GetQrState": refunds.get_qr_state,
    "CheckOrder": payments.check_order,
    "Cancel": refunds.cancel,
    "SbpPayTest": payments.sbp_pay_test,
    "Resend": deliveries.resend,
    "createSpDeal": deals.create,
    "closeSpDeal": deals.close,
}
CASHBOX: dict[str, Work] = {"SendClosingReceipt": closings.send}


def blueprint(bank: Bank) -> Blueprint:
    api = Blueprint("api", __name__)

    def route(root: str, method: str, work: Work) -> None:
        api.add_url_rule(
            f"/{root}/{method}",
            method,
            lambda: _answer(bank, method, work),
            methods=["POST"],
            strict_slashes=False,
        )

    for root, methods in (("v2", METHODS), ("cashbox", CASHBOX)):
        for method, work in methods.items():
            route(root, method, work)
    api.after_request(lambda answer: _keep(bank, answer))
    return api


def _answer(bank: Bank, method: str, work: Work) -> Response:
    fault = bank.faults.take(method)

    def make() -> Response:
        try:
            body = _body()
            return jsonify(_spoil(fault, work(bank, _authorized(bank, body), body)))
        except Problem as refusal:
            return jsonify(refusal.body())

    def broken(status: int) -> Response:
        answer = jsonify(Problem("3", "Made on purpose").body())
        answer.status_code = status
        return answer

    return with_fault(fault, make, broken)


def _body() -> Document:
    # A number with a fraction keeps the digits that the Token was made of.
    try:
        body = json.loads(request.get_data(), parse_float=str)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Problem("203", "The body is not a JSON object")
    return body


def _authorized(bank: Bank, body: Document) -> str:
    terminal = bank.terminals.get(str(body.get("TerminalKey")))
    if terminal is None:
        raise Problem("205", "Указанный терминал не найден")
    if not is_signed(body, terminal.passwords):
        raise Problem("204")
    return terminal.key


def _spoil(fault: Fault | None, document: Document) -> Document:
    match fault.kind if fault else None:
        case FaultKind.EXTRA_FIELD:
            return {**document, "FieldOfTomorrow": {"Nested": [1, None]}}
        case FaultKind.UNKNOWN_STATUS:
            listed = [{**one, "Status": "STATUS_OF_TOMORROW"} for one in document.get("Payments", [])]
            return document | {"Status": "STATUS_OF_TOMORROW"} | ({"Payments": listed} if listed else {})
        case _:
            return document


def _keep(bank: Bank, answer: Response) -> Response:
    """Keep what came and what was said."""
    bank.store.run(
        "INSERT INTO received (at, path, body, status, answer) VALUES (?, ?, ?, ?, ?)",
        (
            stamp(bank.clock.now()),
            request.path,
            request.get_data(as_text=True),
            answer.status_code,
            answer.get_data(as_text=True),
        ),
    )
    return answer
