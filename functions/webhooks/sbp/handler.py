"""POST /payments/webhooks/{terminal}: verify the sender, enqueue the raw message, and only then say "received"."""

import json
from http import HTTPStatus

from shared.adapters.queue import bank_events
from shared.adapters.sbp.webhooks import webhook_verifier
from shared.config import web
from shared.http import problem
from shared.http.edge import RawRequest
from shared.http.webhook import PlainReply, WebhookFunction
from shared.payments.errors import ForeignSender, NotTaken, ProviderUnknown
from shared.ports.payments import Forged
from shared.ports.queue import QueueUnavailable

app = WebhookFunction(__name__)


@app.receive(
    "POST", "/payments/webhooks/{terminal}", queue="bank_events", summary="A payment provider's message"
)
def receive_event(request: RawRequest) -> PlainReply:
    terminal = request.path_values["terminal"]
    try:
        verifier = webhook_verifier(terminal)
        verifier.verify(body=request.body, headers=request.headers, peer_address=request.facts.ip)
    except LookupError:
        raise ProviderUnknown from None
    except Forged:
        raise ForeignSender from None
    if len(request.body) > web.load().body_limit_bytes or not _is_json_object(request.body):
        return _malformed(request)
    try:
        bank_events.queue().send(json.dumps({"provider": terminal, "body": request.body.decode()}))
    except QueueUnavailable:
        raise NotTaken from None
    return PlainReply(verifier.accepted.status, verifier.accepted.content_type, verifier.accepted.body)


def _is_json_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except (ValueError, RecursionError):
        return False


def _malformed(request: RawRequest) -> PlainReply:
    body = problem.surprise_body(
        HTTPStatus.BAD_REQUEST,
        "malformed_message",
        "Тело сообщения — не JSON-объект или слишком велико.",
        instance=request.facts.request_id,
    )
    return PlainReply(HTTPStatus.BAD_REQUEST, problem.CONTENT_TYPE, body)
