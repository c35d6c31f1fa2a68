import pytest

from shared.http.edge import RawRequest
from shared.http.webhook import PlainReply, WebhookFunction
from shared.kernel.errors import Forbidden
from tests.functions.conftest import call_function

app = WebhookFunction("functions.webhooks.post.handler")


@app.receive("POST", "/webhooks/{sender}", queue="letters", summary="A letter")
def receive(request: RawRequest) -> PlainReply:
    if request.path_values["sender"] == "stranger":
        raise Forbidden("Вас тут не ждали.")
    if request.path_values["sender"] == "refused":
        return PlainReply(400, "text/plain", "no")
    return PlainReply(200, "text/plain; charset=utf-8", f"{len(request.body)} {request.facts.ip}")


class TestAMessage:
    def test_is_answered_in_the_senders_own_form(self) -> None:
        reply = call_function(app, raw=b"a\x00b", sender="bank", peer="203.0.113.7")

        assert (reply.status, reply.text) == (200, "3 203.0.113.7")
        assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert reply.headers["X-Content-Type-Options"] == "nosniff"

    def test_may_be_refused_in_that_form(self) -> None:
        reply = call_function(app, sender="refused")

        assert (reply.status, reply.text, reply.headers["Content-Type"]) == (400, "no", "text/plain")

    def test_is_otherwise_refused_as_a_problem(self) -> None:
        reply = call_function(app, sender="stranger")

        assert (reply.status, reply.code) == (403, "forbidden")

    @pytest.mark.parametrize("media_type", ["text/plain", "application/x-www-form-urlencoded", ""])
    def test_may_be_of_any_media_type(self, media_type: str) -> None:
        assert call_function(app, raw=b"a", sender="bank", headers={"Content-Type": media_type}).status == 200

    def test_tells_the_generators_its_queue(self) -> None:
        assert (app.operation.method, app.operation.path, app.operation.queue) == (
            "POST", "/webhooks/{sender}", "letters",
        )  # fmt: skip
