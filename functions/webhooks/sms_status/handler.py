"""POST /sms/callbacks/smsru: verify the sender, enqueue what it says of messages, and only then answer 100."""

import json
from datetime import datetime
from http import HTTPStatus

from shared.adapters.queue import sms_events
from shared.adapters.sms import smsru_callbacks
from shared.auth.delivery_errors import CallbackNotTaken, ForeignCallback
from shared.config import sms, web
from shared.http.edge import RawRequest
from shared.http.problem import BodyTooLarge
from shared.http.webhook import PlainReply, WebhookFunction
from shared.ports.queue import QueueUnavailable
from shared.ports.sms import ForgedCallback, SmsReport

app = WebhookFunction(__name__)


@app.receive(
    "POST",
    "/sms/callbacks/smsru",
    queue="sms_events",
    summary="What became of text messages",
    takes="application/x-www-form-urlencoded",
)
def receive_reports(request: RawRequest) -> PlainReply:
    limit_bytes = web.load().body_limit_bytes
    if len(request.body) > limit_bytes:
        raise BodyTooLarge(limit_bytes)
    try:
        reports = smsru_callbacks.reports_of(request.body, api_id=sms.load().api_id)
    except ForgedCallback:
        raise ForeignCallback from None
    if reports:
        _enqueue(reports)
    return PlainReply(HTTPStatus.OK, "text/plain; charset=utf-8", smsru_callbacks.ACKNOWLEDGED)


def _enqueue(reports: list[SmsReport]) -> None:
    said = [report._asdict() for report in reports]
    try:
        sms_events.queue().send(
            json.dumps({"provider": "smsru", "reports": said}, default=datetime.isoformat)
        )
    except QueueUnavailable:
        raise CallbackNotTaken from None
