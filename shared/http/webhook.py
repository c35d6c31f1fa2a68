"""Functions that take an outside service's messages: verify, enqueue, acknowledge. No database, no calls."""

from collections.abc import Callable
from typing import NamedTuple

from chalice.app import Response

from shared.http.edge import Edge, RawRequest


class PlainReply(NamedTuple):
    """The sender's own form of "received"."""

    status: int
    content_type: str
    body: str


class WebhookFunction(Edge):
    """``@app.receive("POST", "/payments/webhooks/{provider}", queue="bank_events")``."""

    #: what the generators read
    operation: "WebhookOperation"

    def receive(
        self, method: str, path: str, *, queue: str, summary: str, takes: str = "application/json"
    ) -> Callable[[Callable[[RawRequest], PlainReply]], Callable[[RawRequest], PlainReply]]:
        """:param takes: the body's media type, as the sender writes it; the view gets the bytes whatever they say"""

        def register(view: Callable[[RawRequest], PlainReply]) -> Callable[[RawRequest], PlainReply]:
            self.operation = WebhookOperation(method, path, queue, summary, takes)

            def answer(request: RawRequest) -> Response:
                reply = view(request)
                return Response(reply.body, {"Content-Type": reply.content_type}, reply.status)

            self.serve(method, path, answer)
            return view

        return register


class WebhookOperation(NamedTuple):
    method: str
    path: str
    queue: str
    summary: str
    takes: str
