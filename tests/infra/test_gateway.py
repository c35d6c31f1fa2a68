import io
import json
from typing import Any

from infra.gateway import Gateway
from shared.http.edge import RawRequest
from shared.http.webhook import PlainReply, WebhookFunction


def app(name: str) -> WebhookFunction:
    function = WebhookFunction(f"functions.{name}.handler")

    @function.receive("POST", "/things/" + name, queue="jobs", summary="Says back what reached it")
    def say_back(request: RawRequest) -> PlainReply:
        said = {
            "name": name,
            "body": request.body.decode(),
            "values": request.path_values,
            "query": request.query,
            "ip": request.facts.ip,
            "header": request.headers.get("x-one"),
        }
        return PlainReply(202, "application/json", json.dumps(said))

    return function


def call(path: str, *, method: str = "POST", body: bytes = b"", **environ: str) -> tuple[str, dict[str, Any]]:
    served = [("POST", f"/things/{name}", app(name)) for name in ("{thing_id}", "fixed")]
    answered: list[str] = []
    parts = Gateway(served)(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body),
            **environ,
        },
        lambda status, _headers: answered.append(status),
    )
    return answered[0], json.loads(b"".join(parts))


class TestGateway:
    def test_makes_the_event_that_a_function_understands(self) -> None:
        status, said = call(
            "/api/v1/things/7", body="тело".encode(), QUERY_STRING="page=2&page=3", HTTP_X_ONE="1"
        )

        assert status == "202 Accepted"
        assert said == {
            "name": "{thing_id}",
            "body": "тело",
            "values": {"thing_id": "7"},
            "query": {"page": "3"},
            "ip": "127.0.0.1",
            "header": "1",
        }

    def test_prefers_fixed_words_to_parameters(self) -> None:
        assert call("/api/v1/things/fixed")[1]["name"] == "fixed"

    def test_says_that_a_route_is_unknown(self) -> None:
        assert call("/api/v1/absent")[0] == "404 Not Found"
        assert call("/api/v1/things/7", method="GET")[0] == "404 Not Found"
