"""The stand-in's control API and page.

| Call | What it does |
|---|---|
| ``GET /_control/taxpayers``, ``bindings``, ``receipts``, ``messages``, each ``?inn=`` where it has one | lists, newest first |
| ``POST /_control/taxpayers {"inn", "name", "permissions"?}`` | registers; a list of permissions binds at once |
| ``POST /_control/taxpayers/{inn}/unbind``, ``/unregister`` | the taxpayer leaves |
| ``POST /_control/bindings/{id}/confirm``, ``/reject`` | the taxpayer answers in his application |
| ``POST /_control/processing {"times"}`` | how many polls say PROCESSING |
| ``POST /_control/codes {"code"}`` | the next message ends with that code and does nothing (``FAILED``: no error at all) |
| ``POST /_control/messages/lose {"message_id"?}`` | forgets one message, or all |
| ``POST /_control/tokens/revoke``, ``/_control/tokens {"lifetime_seconds"}`` | stale tokens; life of the next ones |
| ``POST /_control/faults {"kind": FaultKind, "operation"?: "auth"/"send"/"poll", "times"?, "seconds"?}`` | broken answers |
| ``DELETE /_control/faults`` | forgets faults and codes |
| ``POST /_control/clock {"seconds"}`` | moves the stand-in's time |
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from sqlite3 import Row as Record

from flask import Flask, Response, jsonify, request
from werkzeug.wrappers import Response as Answer

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import ANY_OPERATION, Fault, FaultKind, FaultSwitches
from localstack.standins.common.page import control_fields, control_reply
from localstack.standins.fns import control_page
from localstack.standins.fns.receipt_page import receipt_page
from localstack.standins.fns.registry import Registry
from localstack.standins.fns.service import Behaviour

OPERATIONS = {ANY_OPERATION, "auth", "send", "poll"}
#: Kinds that change fields of JSON answers mean nothing in SOAP.
KINDS = set(FaultKind) - {FaultKind.ACCEPTED, FaultKind.EXTRA_FIELD, FaultKind.UNKNOWN_STATUS}


@dataclass(frozen=True, slots=True)
class Control:
    registry: Registry
    clock: ShiftedClock
    faults: FaultSwitches
    behaviour: Behaviour

    def register(self, app: Flask) -> None:
        app.add_url_rule("/_control", "page", lambda: control_page.page(self.registry, self.faults))
        app.add_url_rule("/receipt/<inn>/<receipt_id>/print", view_func=self.receipt)
        for kind in control_page.LISTS:
            app.add_url_rule(f"/_control/{kind}", f"list_{kind}", partial(self.rows, kind))
        views: dict[str, Callable[..., Answer]] = {
            "taxpayers": self.add_taxpayer,
            "taxpayers/<inn>/<action>": self.change_taxpayer,
            "bindings/<binding_id>/<action>": self.answer_binding,
            "processing": self.set_processing,
            "codes": self.add_code,
            "messages/lose": self.lose,
            "tokens/revoke": self.revoke_tokens,
            "tokens": self.set_token_lifetime,
            "faults": self.add_fault,
            "clock": self.set_clock,
        }
        for path, view in views.items():
            app.add_url_rule(f"/_control/{path}", view_func=view, methods=["POST"])
        app.add_url_rule("/_control/faults", view_func=self.forget, methods=["DELETE"])

    def rows(self, kind: str) -> Response:
        return jsonify(control_page.newest(self.registry, kind, request.args.get("inn")))

    def receipt(self, inn: str, receipt_id: str) -> Response:
        receipt: Record | None = self.registry.receipt(inn, receipt_id)
        taxpayer = self.registry.taxpayer(inn)
        if receipt is None or taxpayer is None:
            return Response("Чек не найден", 404)
        return receipt_page(receipt, taxpayer["name"])

    def add_taxpayer(self) -> Answer:
        fields = control_fields()
        inn, name, permissions = _word("inn"), _word("name"), fields.get("permissions")
        if not re.fullmatch(r"\d{12}", inn):
            raise ValueError("an INN of a person has 12 digits")
        granted = [str(one) for one in permissions] if isinstance(permissions, list) else None
        self.registry.add_taxpayer(inn, name, granted)
        return control_reply(jsonify({"inn": inn, "bound": granted is not None}))

    def change_taxpayer(self, inn: str, action: str) -> Answer:
        actions = {"unbind": self.registry.unbind, "unregister": self.registry.unregister}
        if action not in actions:
            raise ValueError("unbind or unregister")
        return _done(actions[action](inn))

    def answer_binding(self, binding_id: str, action: str) -> Answer:
        if action not in {"confirm", "reject"}:
            raise ValueError("confirm or reject")
        return _done(self.registry.settle_binding(binding_id, agreed=action == "confirm"))

    def set_processing(self) -> Answer:
        self.behaviour.processing_polls = _number("times")
        return _done(True)

    def add_code(self) -> Answer:
        self.behaviour.next_codes.append(_word("code"))
        return _done(True)

    def lose(self) -> Answer:
        message_id = control_fields().get("message_id")
        lost = self.registry.lose_messages(None if message_id is None else str(message_id))
        return control_reply(jsonify({"lost": lost}))

    def revoke_tokens(self) -> Answer:
        return control_reply(jsonify({"revoked": self.registry.revoke_tokens()}))

    def set_token_lifetime(self) -> Answer:
        self.behaviour.token_lifetime_seconds = _number("lifetime_seconds")
        return _done(True)

    def add_fault(self) -> Answer:
        fields = control_fields()
        kind, operation = FaultKind(str(fields.get("kind"))), str(fields.get("operation", ANY_OPERATION))
        if kind not in KINDS or operation not in OPERATIONS:
            raise ValueError("this fault means nothing here")
        self.faults.add(Fault(kind, operation, times=_number("times", 1), seconds=_number("seconds", 30)))
        return _done(True)

    def forget(self) -> Answer:
        self.faults.clear()
        self.behaviour.next_codes.clear()
        return _done(True)

    def set_clock(self) -> Answer:
        self.clock.shift(_number("seconds"))
        return _done(True)


def _done(happened: bool) -> Answer:  # noqa: FBT001 -- it is the answer
    if not happened:
        return Response("there is nothing to change", 409)
    return control_reply(jsonify({"done": True}))


def _number(name: str, default: int | None = None) -> int:
    """:raises ValueError: absent or no whole number"""
    return int(_word(name, default))


def _word(name: str, default: object = None) -> str:
    """:raises ValueError: absent"""
    value = control_fields().get(name, default)
    if value is None:
        raise ValueError(f"{name} is missing")
    return str(value)
