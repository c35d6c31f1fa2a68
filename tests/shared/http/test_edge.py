import base64
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from chalice.app import Response

from shared.config import web
from shared.http.edge import Edge, RawRequest
from shared.http.reply import Redirect, rendered
from shared.kernel.errors import DomainError, Forbidden, TooMany, Unauthenticated, Unavailable

Lines = Callable[[], list[dict[str, Any]]]
ORIGIN = "https://cabinet.example"
SAFE = {
    "Strict-Transport-Security", "X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy",
    "Cache-Control", "X-Request-Id",
}  # fmt: skip
PATH = "/api/v1/things/{thing}"


def an_edge(answer: Callable[[RawRequest], Response], method: str = "POST") -> Edge:
    edge = Edge("functions.things.do.handler")
    edge.serve(method, "/things/{thing}", answer)
    return edge


def raising(error: Exception) -> Edge:
    def answer(_: RawRequest) -> Response:
        raise error

    return an_edge(answer)


def an_event(
    *,
    method: str = "POST",
    resource: str = PATH,
    headers: dict[str, str] | None = None,
    query: dict[str, list[str]] | None = None,
    body: str | None = None,
    encoded: bool = False,
) -> dict[str, Any]:
    return {
        "resource": resource,
        "path": "/api/v1/things/7",
        "httpMethod": method,
        "headers": headers,
        "multiValueQueryStringParameters": query,
        "pathParameters": {"thing": "7"},
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "identity": {"sourceIp": "203.0.113.7"},
        },
        "body": body,
        "isBase64Encoded": encoded,
    }


def sent(edge: Edge, **event: Any) -> dict[str, Any]:
    """The reply, after the way that the cloud's runtime takes it."""
    reply: dict[str, Any] = json.loads(json.dumps(edge(an_event(**event), None)).encode())
    return reply


def seen(**event: Any) -> RawRequest:
    requests: list[RawRequest] = []

    def answer(request: RawRequest) -> Response:
        requests.append(request)
        return rendered(None, status=200)

    sent(an_edge(answer), **event)
    (request,) = requests
    return request


def fine(_: RawRequest) -> Response:
    return Response('{"a":1}', {"Content-Type": "application/json"}, 200)


@pytest.fixture
def cors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HOUSLER_CORS_ORIGINS", f"{ORIGIN},https://other.example")
    web.load.cache_clear()
    yield
    monkeypatch.undo()
    web.load.cache_clear()


REFUSALS: dict[str, tuple[Edge, dict[str, Any], int]] = {
    "a refusal": (raising(Forbidden("Нельзя.")), {}, 403),
    "a surprise": (raising(ValueError("Анна")), {}, 500),
    "an error without a kind": (raising(DomainError("?")), {}, 500),
    "a foreign method": (an_edge(fine), {"method": "GET"}, 405),
    "HEAD": (an_edge(fine, "GET"), {"method": "HEAD"}, 405),
    "OPTIONS": (an_edge(fine), {"method": "OPTIONS"}, 405),
    "a foreign path": (an_edge(fine), {"resource": "/api/v1/other"}, 405),
    "an answer with a broken header": (
        an_edge(lambda _: Response("", {"Location": "a\r\nSet-Cookie: b"}, 303)), {}, 500,
    ),
    "broken base64": (an_edge(fine), {"body": "abc", "encoded": True}, 400),
    "text that is no UTF-8": (an_edge(fine), {"body": "\udcff"}, 400),
}  # fmt: skip


class TestARefusal:
    @pytest.mark.parametrize(("edge", "event", "status"), REFUSALS.values(), ids=REFUSALS.keys())
    def test_is_problem_json_with_every_safe_header(
        self, edge: Edge, event: dict[str, Any], status: int, lines: Lines
    ) -> None:
        reply = sent(edge, headers={"X-Request-Id": "request-1"}, **event)

        problem = json.loads(reply["body"])
        assert reply["statusCode"] == problem["status"] == status
        assert reply["headers"]["Content-Type"] == "application/problem+json; charset=utf-8"
        assert reply["headers"].keys() >= SAFE
        assert problem.keys() == {"type", "title", "status", "detail", "code", "instance"}
        assert problem["type"] == f"urn:housler:error:{problem['code']}"
        assert problem["instance"] == reply["headers"]["X-Request-Id"] == "request-1"
        assert [line["status"] for line in lines() if line["event"] == "request"][-1] == status

    def test_that_is_a_surprise_hides_the_exception(self, lines: Lines) -> None:
        reply = sent(raising(ValueError("Анна Соколова, +79161234567")))

        assert json.loads(reply["body"])["code"] == "internal"
        assert "Анна" not in reply["body"]
        said = lines()
        assert [line["event"] for line in said] == ["unexpected", "request"]
        assert (said[0]["error_name"], said[1]["error_code"]) == ("ValueError", "internal")
        assert "Анна" not in str(said)

    def test_is_not_quoted_by_chalice_either(self, capfd: pytest.CaptureFixture[str]) -> None:
        edge = an_edge(lambda _: Response("", {"Location": "https://files.example/secret\n"}, 303))

        assert json.loads(sent(edge)["body"])["code"] == "internal"
        assert "secret" not in "".join(capfd.readouterr())

    def test_of_a_stranger_says_how_to_come_in(self) -> None:
        assert sent(raising(Unauthenticated("Войдите.")))["headers"]["WWW-Authenticate"] == "Bearer"

    @pytest.mark.parametrize("kind", [TooMany, Unavailable])
    def test_says_when_to_come_again(self, kind: type[DomainError]) -> None:
        error = kind("Позже.")
        error.retry_after_seconds = 42

        assert sent(raising(error))["headers"]["Retry-After"] == "42"

    def test_by_the_router_names_the_allowed_method(self) -> None:
        assert sent(an_edge(fine), method="GET")["headers"]["Allow"] == "POST"


class TestAnAnswer:
    def test_carries_every_safe_header(self) -> None:
        reply = sent(an_edge(fine))

        assert (reply["statusCode"], reply["body"]) == (200, '{"a":1}')
        assert reply["headers"].keys() >= SAFE
        assert reply["headers"]["Cache-Control"] == "no-store"

    def test_without_contents_has_neither_body_nor_type(self) -> None:
        reply = sent(an_edge(lambda _: rendered(None, status=200)))

        assert (reply["statusCode"], reply["body"]) == (204, "")
        assert "Content-Type" not in reply["headers"]
        assert reply["headers"].keys() >= SAFE

    def test_may_lead_elsewhere(self) -> None:
        reply = sent(an_edge(lambda _: rendered(Redirect("https://files.example/1?a=b"), status=200)))

        assert (reply["statusCode"], reply["body"]) == (303, "")
        assert reply["headers"]["Location"] == "https://files.example/1?a=b"

    def test_is_logged_in_one_line_by_its_route(self, lines: Lines) -> None:
        sent(an_edge(fine))

        (line,) = lines()
        assert {name: line[name] for name in ("event", "function_name", "method", "route", "status", "error_code")} == {
            "event": "request", "function_name": "things.do", "method": "POST", "route": "/things/{thing}",
            "status": 200, "error_code": None,
        }  # fmt: skip


class TestTheRequestsId:
    @pytest.mark.parametrize("name", ["X-Request-Id", "x-request-id", "X-REQUEST-ID"])
    @pytest.mark.parametrize("value", ["abc-123", "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11", "a" * 64])
    def test_is_the_callers(self, name: str, value: str, lines: Lines) -> None:
        reply = sent(an_edge(fine), headers={name: value})

        assert reply["headers"]["X-Request-Id"] == lines()[0]["request_id"] == value

    @pytest.mark.parametrize(
        "value",
        ["", "a b", "a" * 65, "я", "a\nb", "<script>", "---", "79161234567", "../..", "a_b", "\ud800"],
    )
    def test_is_a_new_one_where_the_callers_is_odd(self, value: str, lines: Lines) -> None:
        given = sent(an_edge(fine), headers={"X-Request-Id": value})["headers"]["X-Request-Id"]

        assert given == lines()[0]["request_id"] != value
        assert UUID(given).version == 4

    def test_is_new_for_every_call(self) -> None:
        given = {sent(an_edge(fine))["headers"]["X-Request-Id"] for _ in range(3)}

        assert len(given) == 3


class TestForeignOrigins:
    @pytest.mark.parametrize("edge", [an_edge(fine), raising(Forbidden("Нельзя.")), raising(ValueError())])
    def test_that_are_listed_may_read(self, cors: None, edge: Edge) -> None:
        headers = sent(edge, headers={"origin": ORIGIN})["headers"]

        assert headers["Access-Control-Allow-Origin"] == ORIGIN
        assert headers["Vary"] == "Origin"
        assert "ETag" in headers["Access-Control-Expose-Headers"]

    def test_may_read_the_routers_refusals_too(self, cors: None) -> None:
        headers = sent(an_edge(fine), method="GET", headers={"Origin": ORIGIN})["headers"]

        assert headers["Access-Control-Allow-Origin"] == ORIGIN

    @pytest.mark.parametrize(
        "origin",
        [
            "https://evil.example",
            ORIGIN + ".evil.example",
            ORIGIN.upper(),
            "null",
            "*",
            "http://cabinet.example",
        ],
    )
    def test_that_are_not_may_not(self, cors: None, origin: str) -> None:
        headers = sent(an_edge(fine), headers={"Origin": origin})["headers"]

        assert [name for name in headers if name.startswith("Access-Control")] == []

    def test_are_not_spoken_of_to_others(self, cors: None) -> None:
        assert "Access-Control-Allow-Origin" not in sent(an_edge(fine))["headers"]


class TestWhatAViewIsGiven:
    def test_header_names_are_in_lower_case(self) -> None:
        assert seen(headers={"IF-Match": '"3"', "X-oNe": "1"}).headers == {"if-match": '"3"', "x-one": "1"}

    def test_the_address_is_the_peers_whatever_the_sender_says(self) -> None:
        request = seen(
            headers={"X-Forwarded-For": "10.0.0.1", "X-Real-Ip": "10.0.0.2", "User-Agent": "Firefox"}
        )

        assert (request.facts.ip, request.facts.user_agent) == ("203.0.113.7", "Firefox")

    def test_the_browsers_name_is_bounded_and_can_be_stored(self) -> None:
        assert seen(headers={"User-Agent": "x" * 9_000}).facts.user_agent == "x" * 512
        assert seen(headers={"User-Agent": "a\x00b\ud800c"}).facts.user_agent == "a?b?c"

    @pytest.mark.parametrize("content", ["", "тело", "a\x00b"])
    def test_the_body_is_bytes_however_it_came(self, content: str) -> None:
        raw = content.encode()

        assert seen(body=content).body == raw
        assert seen(body=base64.b64encode(raw).decode(), encoded=True).body == raw
        assert seen(body=None).body == b""

    def test_a_repeated_name_of_the_query_is_told(self) -> None:
        request = seen(query={"page": ["1", "2"], "size": ["5"]})

        assert request.query == {"page": "2", "size": "5"}
        assert request.repeated == ("page",)

    def test_the_path_values_and_the_id(self) -> None:
        request = seen(headers={"X-Request-Id": "r-1"})

        assert (request.path_values, request.facts.request_id) == ({"thing": "7"}, "r-1")

    def test_requests_do_not_see_each_others_id(self) -> None:
        assert seen(headers={"X-Request-Id": str(first := uuid4())}).facts.request_id == str(first)
        assert seen().facts.request_id != str(first)
