"""The stand-in's control API and page: letters, and switches that spoil what comes next.

``GET /_control/letters?to=…`` lists letters to that address, newest first; ``/_control/letters/{number}.eml`` is one
as it came. ``POST /_control/faults {"stage": "auth"|"mail"|"rcpt"|"data", "kind": "reply"|"drop"|"hang", "reply"?,
"seconds"?}``; ``DELETE`` forgets them.
"""

from dataclasses import dataclass

from flask import Flask, Response, jsonify, request
from werkzeug.wrappers import Response as Answer

from localstack.standins.common.page import Button, Row, Table, control_fields, control_page, control_reply
from localstack.standins.smtp.faults import MailFault, MailFaultKind, MailFaults, Stage
from localstack.standins.smtp.mailbox import Mailbox

OFFERED = {
    "550 получателю": {"stage": "rcpt", "kind": "reply", "reply": "550 5.1.1 No such mailbox"},
    "451 получателю": {"stage": "rcpt", "kind": "reply", "reply": "451 4.2.1 Mailbox busy"},
    "552 письму": {"stage": "data", "kind": "reply", "reply": "552 5.2.2 Mailbox full"},
    "421 отправителю": {"stage": "mail", "kind": "reply", "reply": "421 4.3.2 Going down"},
    "Принять и молчать": {"stage": "data", "kind": "hang"},
    "Принять и оборвать": {"stage": "data", "kind": "drop"},
    "Оборвать на получателе": {"stage": "rcpt", "kind": "drop"},
}


@dataclass(frozen=True, slots=True)
class Control:
    mailbox: Mailbox
    faults: MailFaults

    def register(self, app: Flask) -> None:
        app.add_url_rule("/_control", view_func=self.page)
        app.add_url_rule("/_control/letters", view_func=self.letters)
        app.add_url_rule("/_control/letters/<int:number>.eml", view_func=self.letter)
        app.add_url_rule("/_control/faults", view_func=self.add_fault, methods=["POST"])
        app.add_url_rule("/_control/faults", view_func=self.forget, methods=["DELETE"])

    def letters(self) -> Response:
        return jsonify(self.mailbox.newest(request.args.get("to")))

    def letter(self, number: int) -> Response:
        raw = self.mailbox.raw(number)
        if raw is None:
            return Response("unknown letter", 404)
        return Response(raw, content_type="message/rfc822")

    def add_fault(self) -> Answer:
        fields = control_fields()
        fault = MailFault(
            Stage(str(fields.get("stage"))),
            MailFaultKind(str(fields.get("kind"))),
            reply=str(fields.get("reply", "")),
            seconds=int(str(fields.get("seconds", 30))),
        )
        self.faults.add(fault)
        return control_reply(jsonify({"stage": fault.stage, "kind": fault.kind}))

    def forget(self) -> Response:
        self.faults.clear()
        return jsonify({})

    def page(self) -> Response:
        rows = [
            Row([letter[name] for name in ("received_at", "to", "subject", "text")])
            for letter in self.mailbox.newest(None)
        ]
        waiting = [Row([fault.stage, fault.kind, fault.reply]) for fault in self.faults.waiting()]
        switches = [Button(label, "/_control/faults", fields) for label, fields in OFFERED.items()]
        return control_page(
            "Почта (заменитель)",
            [
                Table("Письма", ("Когда", "Кому", "Тема", "Текст"), rows),
                Table("Испортить следующее письмо", ("Где", "Вид", "Ответ"), waiting, switches),
            ],
        )
