"""``python -m infra.proxy --port N --api-url URL``: the public address of the local stack.

The gateway behind it believes ``X-Forwarded-For``, so that header is replaced by the peer's own address. Only
``/api/v1`` is public; the rest of the emulator is not reachable through here.
"""

import argparse
import socket
import sys
import threading
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from shared.http import problem

PREFIX: Final = "/api/v1/"
BODY_LIMIT_BYTES: Final = 10 * 1024 * 1024  # API Gateway's own
_UPSTREAM_SECONDS: Final = 35  # the gateway gives up after 29
_IDLE_SECONDS: Final = 60
_LENGTH_DIGITS: Final = 15  # of a number that is looked at
_HOP_BY_HOP: Final = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
    "host",
}
_SAFE: Final = {"GET", "HEAD", "OPTIONS"}
_FORGEABLE: Final = ("x-forwarded-", "forwarded", "x-real-ip", "x-amz")


class Proxy(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, api_url: str) -> None:
        """:param api_url: the gateway's address, e.g. ``http://127.0.0.1:4566/restapis/ID/live/_user_request_``"""
        self.upstream = urlsplit(api_url)
        super().__init__(("127.0.0.1", port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Proxy
    timeout = _IDLE_SECONDS
    _kept: HTTPConnection | None = None

    def setup(self) -> None:
        super().setup()
        # A header and a body are two writes: with Nagle's algorithm the second waits for the peer's delayed ACK.
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def finish(self) -> None:
        if self._kept is not None:
            self._kept.close()
        super().finish()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Nothing: the functions log each request, and addresses stay out of files."""

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.LENGTH_REQUIRED, "length_required", "Укажите длину тела запроса.")
        elif len(length) > _LENGTH_DIGITS or int(length) > BODY_LIMIT_BYTES:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "body_too_large", "Запрос слишком большой.")
        elif not _public(self.path):
            self.rfile.read(int(length))
            self._refuse(HTTPStatus.NOT_FOUND, "not_found", "Такого адреса нет.", keep=True)
        else:
            self._forward(self.rfile.read(int(length)))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = do_HEAD = _serve  # noqa: N815 -- the base class's names

    def _forward(self, body: bytes) -> None:
        headers = {
            name: value
            for name, value in self.headers.items()
            if name.lower() not in _HOP_BY_HOP and not name.lower().startswith(_FORGEABLE)
        }
        headers["X-Forwarded-For"] = str(self.client_address[0])
        try:
            reply, content = self._exchange(body, headers)
        except TimeoutError:
            self._refuse(HTTPStatus.GATEWAY_TIMEOUT, "timed_out", "Сервис не ответил вовремя.", keep=True)
            return
        except (OSError, HTTPException):
            self._refuse(HTTPStatus.BAD_GATEWAY, "unavailable", "Сервис не отвечает.", keep=True)
            return
        if reply.status == HTTPStatus.FORBIDDEN and b"Missing Authentication Token" in content:
            self._refuse(HTTPStatus.NOT_FOUND, "not_found", "Такого адреса нет.", keep=True)
            return
        self.send_response(reply.status)
        for name, value in reply.getheaders():
            if name.lower() not in _HOP_BY_HOP | {"server", "date"} and not name.lower().startswith("x-amz"):
                self.send_header(name, value)
        self._finish_with(content)

    def _exchange(self, body: bytes, headers: dict[str, str]) -> tuple[HTTPResponse, bytes]:
        """On the kept connection where a repeat does no harm: it may have been closed meanwhile."""
        kept, self._kept = self._kept, None
        if kept is not None and self.command in _SAFE:
            try:
                return self._asked(kept, body, headers)
            except (ConnectionError, HTTPException):
                kept.close()
        elif kept is not None:
            kept.close()
        return self._asked(
            HTTPConnection(self.server.upstream.netloc, timeout=_UPSTREAM_SECONDS), body, headers
        )

    def _asked(
        self, connection: HTTPConnection, body: bytes, headers: dict[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        try:
            connection.request(self.command, self.server.upstream.path + self.path, body, headers)
            reply = connection.getresponse()
            content = reply.read()
        except (OSError, HTTPException):
            connection.close()
            raise
        self._kept = connection
        return reply, content

    def _refuse(self, status: HTTPStatus, code: str, detail: str, *, keep: bool = False) -> None:
        if not keep:  # the body was not read: nothing more can be read from this connection
            self.close_connection = True
        body = problem.surprise_body(status, code, detail, instance=str(uuid4())).encode()
        self.send_response(status)
        self.send_header("Content-Type", problem.CONTENT_TYPE)
        self.send_header("Cache-Control", "no-store")
        if not keep:
            self.send_header("Connection", "close")
        self._finish_with(body)

    def _finish_with(self, content: bytes) -> None:
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)


def _public(target: str) -> bool:
    path = unquote(unquote(urlsplit(target).path))
    return path.startswith(PREFIX) and not {"..", "."} & set(path.split("/"))


def start(port: int, api_url: str) -> Proxy:
    """Serve in a thread of this process; ``server_port`` says where, ``shutdown`` and ``server_close`` end it."""
    proxy = Proxy(port, api_url)
    threading.Thread(target=proxy.serve_forever, args=(0.05,), daemon=True).start()
    return proxy


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.proxy")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api-url", required=True)
    given = parser.parse_args(arguments)
    with Proxy(given.port, given.api_url) as proxy:
        print(f"http://127.0.0.1:{proxy.server_port}", flush=True)
        proxy.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
