"""The stand-in's control API and page: what was sent, and switches that spoil what comes next.

``GET /_control/messages?phone=79…`` lists what reached that phone, newest first (``all=1``: tests and refusals too).
``POST /_control/faults {"kind": FaultKind, "operation"?, "times"?, "seconds"?}``: slow, dropped and broken
answers of ``/sms/send``, or of the path that ``operation`` names.
``POST /_control/codes {"code", "level": "request"|"phone", "times"?}``: an answer with that code.
``DELETE`` on either forgets its switches.
``GET /_control/callbacks`` lists signed batches with the customer's answers, newest first; ``POST`` there
``{"records": […], "wrong_hash"?}`` sends one of one's own, ``/_control/callbacks/{number} {"times"?}`` repeats one.
``POST /_control/balance {"kopecks"}``, ``/_control/limit {"total"}``, ``/_control/clock {"seconds"}``, ``/_control/messages/{sms_id} {"status"}``.
"""

import re
from dataclasses import dataclass

from flask import Flask, Response, jsonify, request
from werkzeug.wrappers import Response as Answer

from localstack.standins.common.clock import ShiftedClock
from localstack.standins.common.faults import Fault, FaultKind, FaultSwitches
from localstack.standins.common.page import Button, Row, Table, control_fields, control_page, control_reply
from localstack.standins.smsru.callbacks import Callbacks
from localstack.standins.smsru.codes import CodeSwitch, CodeSwitches, Level, text_of
from localstack.standins.smsru.phonebook import Phonebook

#: The kinds that mean something to a client of SMS.RU.
KINDS = {
    FaultKind.ERROR_BEFORE: "500, не отправив",
    FaultKind.HANG_AFTER: "Отправить и молчать",
    FaultKind.DROP_BEFORE: "Оборвать, не отправив",
    FaultKind.DROP_AFTER: "Отправить и оборвать",
    FaultKind.BAD_GATEWAY: "Отправить и ответить 502",
}
OFFERED_CODES = (220, 202, 221, 233)


@dataclass(frozen=True, slots=True)
class Control:
    phonebook: Phonebook
    clock: ShiftedClock
    faults: FaultSwitches
    codes: CodeSwitches
    callbacks: Callbacks

    def register(self, app: Flask) -> None:
        app.add_url_rule("/_control", view_func=self.page)
        app.add_url_rule("/_control/messages", view_func=self.messages)
        app.add_url_rule("/_control/messages/<sms_id>", view_func=self.set_status, methods=["POST"])
        app.add_url_rule("/_control/faults", view_func=self.add_fault, methods=["POST"])
        app.add_url_rule("/_control/codes", view_func=self.add_code, methods=["POST"])
        app.add_url_rule("/_control/faults", "forget_faults", self.forget, methods=["DELETE"])
        app.add_url_rule("/_control/codes", "forget_codes", self.forget, methods=["DELETE"])
        app.add_url_rule("/_control/balance", view_func=self.set_balance, methods=["POST"])
        app.add_url_rule("/_control/limit", view_func=self.set_limit, methods=["POST"])
        app.add_url_rule("/_control/clock", view_func=self.set_clock, methods=["POST"])
        app.add_url_rule("/_control/callbacks", view_func=self.list_callbacks)
        app.add_url_rule("/_control/callbacks", view_func=self.send_callback, methods=["POST"])
        app.add_url_rule("/_control/callbacks/<int:number>", view_func=self.repeat_callback, methods=["POST"])

    def messages(self) -> Response:
        phone = re.sub(r"\D", "", request.args.get("phone", "")) or None
        return jsonify(self.phonebook.newest(phone, everything=request.args.get("all") == "1"))

    def set_status(self, sms_id: str) -> Answer:
        if not self.phonebook.set_status(sms_id, _number("status")):
            return Response("unknown sms_id", 404)
        return control_reply(jsonify({"sms_id": sms_id}))

    def add_fault(self) -> Answer:
        fields = control_fields()
        kind = FaultKind(str(fields.get("kind")))
        if kind not in KINDS:
            raise ValueError("this kind means nothing here")
        operation = str(fields.get("operation", "/sms/send"))
        fault = Fault(kind, operation, times=_number("times", 1), seconds=_number("seconds", 30))
        self.faults.add(fault)
        return control_reply(jsonify({"kind": kind}))

    def add_code(self) -> Answer:
        fields = control_fields()
        switch = CodeSwitch(_number("code"), Level(str(fields.get("level"))), _number("times", 1))
        self.codes.add(switch)
        return control_reply(jsonify({"code": switch.code}))

    def forget(self) -> Response:
        self.faults.clear()
        self.codes.clear()
        return jsonify({})

    def set_balance(self) -> Answer:
        self.phonebook.set_balance(_number("kopecks"))
        return control_reply(jsonify({"kopecks": self.phonebook.balance_kopecks()}))

    def set_limit(self) -> Answer:
        self.phonebook.set_day_limit(_number("total"))
        return control_reply(jsonify({"total": self.phonebook.day_limit()}))

    def list_callbacks(self) -> Response:
        return jsonify(self.callbacks.newest())

    def send_callback(self) -> Response:
        fields = control_fields()
        records = fields.get("records")
        if not isinstance(records, list) or not all(isinstance(record, str) for record in records):
            raise ValueError("records is a list of texts")
        self.callbacks.enqueue(records, wrong_hash=fields.get("wrong_hash") is True)
        return jsonify({"records": len(records)})

    def repeat_callback(self, number: int) -> Answer:
        if not self.callbacks.replay(number, _number("times", 1)):
            return Response("unknown batch", 404)
        return control_reply(jsonify({"number": number}))

    def set_clock(self) -> Answer:
        self.clock.shift(_number("seconds"))
        return control_reply(jsonify({"seconds": self.clock.shift_seconds}))

    def page(self) -> Response:
        rows = [
            Row(
                [message[name] for name in ("sent_at", "phone", "text", "user_ip", "sms_id", "status_code")],
                [Button("Доставлено", f"/_control/messages/{message['sms_id']}", {"status": "103"})]
                if message["sms_id"]
                else (),
            )
            for message in self.phonebook.newest(None, everything=True)
        ]
        switches = [Button(label, "/_control/faults", {"kind": kind}) for kind, label in KINDS.items()]
        switches += [
            Button(f"Код {code} номеру", "/_control/codes", {"code": str(code), "level": Level.PHONE})
            for code in OFFERED_CODES
        ]
        waiting = [Row([fault.kind, KINDS[fault.kind], fault.times]) for fault in self.faults.waiting()]
        waiting += [
            Row([f"{switch.level} {switch.code}", text_of(switch.code), switch.times])
            for switch in self.codes.waiting()
        ]
        batches = [
            Row(
                [batch[name] for name in ("url", "form", "state", "tries", "answer")],
                [Button("Повторить", f"/_control/callbacks/{batch['number']}")],
            )
            for batch in self.callbacks.newest(20)
        ]
        return control_page(
            "SMS.RU (заменитель)",
            [
                Table("Сообщения", ("Когда", "Номер", "Текст", "IP", "sms_id", "Статус"), rows),
                Table("Испортить следующую отправку", ("Вид", "Что будет", "Раз"), waiting, switches),
                Table("Обратные вызовы", ("Куда", "Что", "Состояние", "Раз", "Ответ"), batches),
            ],
        )


def _number(name: str, default: int | None = None) -> int:
    """:raises ValueError: absent or no whole number"""
    value = control_fields().get(name, default)
    if value is None:
        raise ValueError(f"{name} is missing")
    return int(str(value))
