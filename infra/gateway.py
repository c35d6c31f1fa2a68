"""Every function behind one WSGI app in one process: for journeys and quick work, without the emulator.

``python -m infra.gateway --port N`` serves it. A request becomes the event that API Gateway would send.
"""

import argparse
import base64
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

from infra.discovery import Function, functions
from shared.http import problem
from shared.http.edge import PREFIX, Edge

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
_FORGEABLE: Final = "HTTP_X_FORWARDED_"


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    resource: str
    pattern: re.Pattern[str]
    app: Edge
    lock: Lock  # a Chalice app serves one request at a time, as a function does


class Gateway:
    """A WSGI application; fixed words in a path win over parameters, as on API Gateway."""

    def __init__(self, served: Iterable[tuple[str, str, Edge]]) -> None:
        """:param served: (method, path with ``{parameters}``, app)"""
        routes = [
            _Route(method, PREFIX + path, _pattern(PREFIX + path), app, Lock())
            for method, path, app in served
        ]
        self._routes = sorted(
            routes, key=lambda route: [step.startswith("{") for step in route.resource.split("/")]
        )

    def __call__(self, environ: Environ, start_response: StartResponse) -> list[bytes]:
        method, path = environ["REQUEST_METHOD"], _path(environ)
        for route in self._routes:
            found = route.pattern.fullmatch(path)
            if found and route.method == method:
                event = _event(environ, route.resource, path, found.groupdict())
                with route.lock:
                    reply = route.app(event, None)
                return _sent(reply, start_response)
        body = problem.surprise_body(
            HTTPStatus.NOT_FOUND, "not_found", "Такого адреса нет.", instance=str(uuid4())
        )
        start_response("404 Not Found", [("Content-Type", problem.CONTENT_TYPE)])
        return [body.encode()]


def build() -> Gateway:
    """All functions of the product that answer HTTP."""
    return Gateway(served for function in functions() for served in _served(function))


def _served(function: Function) -> list[tuple[str, str, Edge]]:
    app = getattr(sys.modules[function.module], "app", None)
    if not isinstance(app, Edge):
        return []
    operation = function.operation
    return [(getattr(operation, "method", ""), getattr(operation, "path", ""), app)]


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path)))


def _path(environ: Environ) -> str:
    return str(environ.get("PATH_INFO", "/")).encode("latin-1").decode("utf-8", "replace")


def _event(environ: Environ, resource: str, path: str, values: dict[str, str]) -> dict[str, Any]:
    body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True):
        query.setdefault(name, []).append(value)
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and not name.startswith(_FORGEABLE)
    }
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    return {
        "resource": resource,
        "path": path,
        "httpMethod": environ["REQUEST_METHOD"],
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": {name: every[-1] for name, every in query.items()} or None,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": values or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": environ["REQUEST_METHOD"],
            "path": path,
            "stage": "live",
            "requestId": str(uuid4()),
            "identity": {"sourceIp": environ.get("REMOTE_ADDR", "")},
        },
        "body": base64.b64encode(body).decode() if body else None,
        "isBase64Encoded": bool(body),
    }


def _sent(reply: dict[str, Any], start_response: StartResponse) -> list[bytes]:
    status = HTTPStatus(reply["statusCode"])
    headers = [(name, str(value)) for name, value in reply["headers"].items()]
    for name, values in (reply.get("multiValueHeaders") or {}).items():
        headers.extend((name, str(value)) for value in values)
    text = reply.get("body") or ""
    content = base64.b64decode(text) if reply.get("isBase64Encoded") else text.encode()
    start_response(f"{status.value} {status.phrase}", [*headers, ("Content-Length", str(len(content)))])
    return [content]


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
        """Nothing: the functions log each request."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.gateway")
    parser.add_argument("--port", type=int, required=True)
    given = parser.parse_args(arguments)
    with make_server("127.0.0.1", given.port, build(), handler_class=_Quiet) as server:
        print(f"http://127.0.0.1:{server.server_port}{PREFIX}", flush=True)
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
