"""Functions that take an outside service's messages: verify, enqueue, acknowledge. No database, no calls."""

from collections.abc import Callable
from dataclasses import dataclass

from chalice.app import Response

from shared.http.edge import Edge, RawRequest


@dataclass(frozen=True, slots=True)
class PlainReply:
    """The sender's own form of "received"."""

    status: int
    content_type: str
    body: str


class WebhookFunction(Edge):
    """``@app.receive("POST", "/payments/webhooks/{provider}", queue="bank_events")``."""

    #: what the generators read
    operation: "WebhookOperation"

    def receive(
        self, method: str, path: str, *, queue: str, summary: str
    ) -> Callable[[Callable[[RawRequest], PlainReply]], Callable[[RawRequest], PlainReply]]:
        def register(view: Callable[[RawRequest], PlainReply]) -> Callable[[RawRequest], PlainReply]:
            self.operation = WebhookOperation(method, path, queue, summary)

            def answer(request: RawRequest) -> Response:
                reply = view(request)
                return Response(reply.body, {"Content-Type": reply.content_type}, reply.status)

            self.serve(method, path, answer)
            return view

        return register


@dataclass(frozen=True, slots=True)
class WebhookOperation:
    method: str
    path: str
    queue: str
    summary: str
