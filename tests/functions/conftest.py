"""Calling a function as the gateway does: a REST (payload v1) event in, status, headers and JSON out."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from shared.audit.impersonal import HIDDEN
from shared.http.edge import PREFIX, Edge
from tests.adapters.outside_standin import Running
from tests.builders.cloud import Cloud, point_at, running_cloud
from tests.builders.outside import Outbox, mailing_through, smsru_process, smtp_process, texting_through
from tests.conftest import TestDatabase, engine_for


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str
    #: values of Set-Cookie
    cookies: tuple[str, ...] = ()

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


def call_function(app: Edge, path: str = "", **request: Any) -> Answer:
    """Call the one endpoint of ``app``; see ``http_event``."""
    return _answer(app(http_event(app, path, **request), None))


def http_event(
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
) -> dict[str, Any]:
    """What the gateway would hand to ``app``.

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
    return {
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


def _answer(reply: dict[str, Any]) -> Answer:
    cookies = tuple(reply.get("multiValueHeaders", {}).get("Set-Cookie", ()))
    headers = {name: str(value) for name, value in reply["headers"].items()}
    return Answer(reply["statusCode"], headers, reply["body"], cookies)


@pytest.fixture
def call(database: TestDatabase) -> Iterator[Call]:
    """``call(app, body=…, as_=agent, deal_id=…)`` on a database of its own; no function may have tried to write
    personal facts to the audit log.
    """
    yield call_function
    with engine_for(database.app_url).connect() as connection:
        hiding = text("SELECT action FROM audit_logs WHERE strpos(concat(before, after), :hidden) > 0")
        assert connection.scalars(hiding, {"hidden": HIDDEN}).all() == []


@pytest.fixture
def no_queue(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody listens where announcements go, so that the relay's work stays."""
    for name, value in {
        "QUEUE_RENDER_URL": "http://127.0.0.1:9/000000000000/render",
        "QUEUE_JOBS_URL": "http://127.0.0.1:9/000000000000/jobs",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }.items():
        monkeypatch.setenv(name, value)


@pytest.fixture(scope="session")
def running_cloud_of_the_run() -> Iterator[Cloud]:
    with running_cloud() as started:
        yield started


@pytest.fixture
def cloud(running_cloud_of_the_run: Cloud, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """S3 and SQS for one test; its queues are empty."""
    point_at(running_cloud_of_the_run, monkeypatch)
    running_cloud_of_the_run.purge()
    return running_cloud_of_the_run


@pytest.fixture(scope="session")
def smsru_standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with smsru_process(tmp_path_factory.mktemp("smsru")) as started:
        yield started


@pytest.fixture(scope="session")
def smtp_standin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with smtp_process(tmp_path_factory.mktemp("smtp")) as started:
        yield started


@pytest.fixture
def sms(smsru_standin: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    with texting_through(smsru_standin, monkeypatch) as outbox:
        yield outbox


@pytest.fixture
def mail(smtp_standin: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    with mailing_through(smtp_standin, monkeypatch) as outbox:
        yield outbox


def queue_event(*bodies: str) -> dict[str, Any]:
    """What Lambda hands to a queue function."""
    return {
        "Records": [
            {"messageId": str(uuid4()), "body": body, "attributes": {"ApproximateReceiveCount": "1"}}
            for body in bodies
        ]
    }
