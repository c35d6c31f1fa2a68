import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from infra import proxy
from infra.proxy import Proxy


class Upstream(BaseHTTPRequestHandler):
    """Says back what reached it; the gateway's own words for a route it doesn't have."""

    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        known = not self.path.endswith("/absent")
        said = {
            "path": self.path,
            "headers": {k.lower(): v for k, v in self.headers.items()},
            "body": body.decode(),
        }
        content = json.dumps(said if known else {"message": "Missing Authentication Token"}).encode()
        self.send_response(200 if known else 403)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Set-Cookie", "a=1")
        self.send_header("Set-Cookie", "b=2")
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer  # noqa: N815 -- the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        pass


@contextmanager
def running(server: ThreadingHTTPServer) -> Iterator[ThreadingHTTPServer]:
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def public() -> Iterator[HTTPConnection]:
    """A connection to the proxy, which stands before ``Upstream``."""
    with (
        running(ThreadingHTTPServer(("127.0.0.1", 0), Upstream)) as upstream,
        running(Proxy(0, f"http://127.0.0.1:{upstream.server_port}/restapis/x/live/_user_request_")) as own,
    ):
        connection = HTTPConnection("127.0.0.1", own.server_port, timeout=5)
        yield connection
        connection.close()


def ask(
    connection: HTTPConnection, method: str, path: str, body: bytes = b"", **headers: str
) -> tuple[HTTPResponse, Any]:
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    reply = connection.getresponse()
    return reply, json.loads(reply.read())


class TestForwarding:
    def test_hands_the_request_on_to_the_gateway(self, public: HTTPConnection) -> None:
        reply, said = ask(public, "POST", "/api/v1/deals?page=2", "тело".encode(), Idempotency_Key="k")

        assert reply.status == 200
        assert said["path"] == "/restapis/x/live/_user_request_/api/v1/deals?page=2"
        assert (said["body"], said["headers"]["idempotency-key"]) == ("тело", "k")

    def test_states_the_peers_own_address(self, public: HTTPConnection) -> None:
        _, said = ask(public, "GET", "/api/v1/deals", X_Forwarded_For="203.0.113.9", X_Real_Ip="203.0.113.9")

        assert said["headers"]["x-forwarded-for"] == "127.0.0.1"
        assert "x-real-ip" not in said["headers"]

    def test_keeps_every_cookie(self, public: HTTPConnection) -> None:
        reply, _ = ask(public, "GET", "/api/v1/deals")

        assert reply.headers.get_all("Set-Cookie") == ["a=1", "b=2"]

    def test_serves_many_requests_on_one_connection(self, public: HTTPConnection) -> None:
        asked = [ask(public, method, "/api/v1/deals")[0].status for method in ("GET", "GET", "POST", "GET")]

        assert asked == [200, 200, 200, 200]


class TestRefusals:
    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/_ministack/reset",
            "/restapis",
            "/api/v1",
            "/api/v1/../../_ministack/reset",
            "/api/v1/%2e%2e/%2e%2e/x",
            "/api/v1/%252e%252e/x",
            "/api/v1/absent",
        ],
    )
    def test_nothing_else_is_public(self, public: HTTPConnection, path: str) -> None:
        reply, said = ask(public, "GET", path)

        assert reply.status == 404
        assert reply.headers["Content-Type"].startswith("application/problem+json")
        assert said["code"] == "not_found"

    @pytest.mark.parametrize("length", [str(proxy.BODY_LIMIT_BYTES + 1), "9" * 5_000])
    def test_too_large_a_body_is_refused_unread(self, public: HTTPConnection, length: str) -> None:
        public.putrequest("POST", "/api/v1/deals")
        public.putheader("Content-Length", length)
        public.endheaders()
        reply = public.getresponse()

        assert (reply.status, json.loads(reply.read())["code"]) == (413, "body_too_large")

    @pytest.mark.parametrize("length", ["-1", "abc", "", "²", "1_0"])
    def test_a_senseless_length_is_refused(self, public: HTTPConnection, length: str) -> None:
        public.putrequest("POST", "/api/v1/deals")
        public.putheader("Content-Length", length)
        public.endheaders()

        assert public.getresponse().status == 411

    def test_says_when_nothing_stands_behind_it(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as gone:
            port = gone.getsockname()[1]
        with running(Proxy(0, f"http://127.0.0.1:{port}/x")) as own:
            connection = HTTPConnection("127.0.0.1", own.server_port, timeout=5)
            reply, said = ask(connection, "GET", "/api/v1/deals")
            connection.close()

        assert (reply.status, said["code"]) == (502, "unavailable")

    def test_listens_on_this_machine_only(self) -> None:
        with Proxy(0, "http://127.0.0.1:1") as own:
            assert own.server_address[0] == "127.0.0.1"
