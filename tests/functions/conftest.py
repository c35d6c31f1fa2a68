"""Calling a function as the gateway does: a REST (payload v1) event in, status, headers and JSON out."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.http.edge import PREFIX, Edge


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str:
        return str(self.json["code"])


@dataclass(frozen=True)
class Signed:
    """A signed-in person: what a test passes as ``as_``."""

    access_token: str
    user_id: UUID | None = None


Call = Callable[..., Answer]


def call_function(
    app: Edge,
    path: str = "",
    *,
    body: Any = None,
    raw: bytes | None = None,
    as_: Signed | None = None,
    key: str | None = "",
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    peer: str = "127.0.0.1",
    **path_values: object,
) -> Answer:
    """Call the one endpoint of ``app``.

    :param path_values: the path's parameters by name
    :param key: the Idempotency-Key; a new one unless given, none when None
    """
    operation = app.operation  # type: ignore[attr-defined]
    resource = PREFIX + operation.path
    sent = {"Content-Type": "application/json", "User-Agent": "pytest", **(headers or {})}
    if as_ is not None:
        sent["Authorization"] = f"Bearer {as_.access_token}"
    if key is not None:
        sent.setdefault("Idempotency-Key", key or str(uuid4()))
    content = json.dumps(body) if body is not None else ""
    if raw is not None:
        content = raw.decode("utf-8", "surrogateescape")
    event = {
        "resource": resource,
        "path": path or resource.format(**path_values),
        "httpMethod": operation.method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {name: [value] for name, value in (query or {}).items()},
        "pathParameters": {name: str(value) for name, value in path_values.items()} or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": operation.method,
            "identity": {"sourceIp": peer},
            "requestId": str(uuid4()),
        },
        "body": content,
        "isBase64Encoded": False,
    }
    reply = app(event, None)
    return Answer(reply["statusCode"], {k: str(v) for k, v in reply["headers"].items()}, reply["body"])


@pytest.fixture
def call(database: object) -> Call:
    """``call(app, body=…, as_=agent, deal_id=…)`` on a database of its own."""
    return call_function
