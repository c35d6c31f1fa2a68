"""HTTP as any stranger's program speaks it: a time limit on every call, no hidden repeats, no redirects followed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from infra.demo.failure import DemoFailed

Fields = dict[str, Any]

#: the gateway itself gives up after 29
_TIMEOUT_SECONDS: Final = 40
_JSON: Final = {"Accept": "application/json", "Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; header names in lower case."""

    asked: str
    status: int
    headers: Mapping[str, str]
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()

    @property
    def json(self) -> Fields:
        """:raises DemoFailed: not a JSON object"""
        read = self.value
        if not isinstance(read, dict):
            raise DemoFailed(f"{self.asked}: вместо объекта JSON пришло что-то другое.")
        return read

    @property
    def items(self) -> list[Fields]:
        """A list's rows: of the product's page, or of a stand-in's plain array."""
        read = self.value
        return list(read if isinstance(read, list) else self.json["items"])

    @property
    def value(self) -> object:
        """:raises DemoFailed: not JSON"""
        try:
            return json.loads(self.content)
        except ValueError:
            raise DemoFailed(f"{self.asked}: ответ {self.status} — не JSON.") from None

    def require(self, *statuses: int) -> "Answer":
        """Itself, if its status is one of these. :raises DemoFailed: with the sentence that the other side gave"""
        if self.status not in statuses:
            raise DemoFailed(f"{self.asked}: ответ {self.status}. {_reason(self.content)}")
        return self


class Site:
    """One address: the gateway, or a page of a stand-in."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")
        self._parts = urlsplit(self.address)

    def send(
        self,
        method: str,
        path: str,
        *,
        content: bytes = b"",
        headers: Mapping[str, str] | None = None,
        source: str | None = None,
    ) -> Answer:
        """:param source: the local address to speak from

        :raises DemoFailed: no answer
        """
        kind = HTTPSConnection if self._parts.scheme == "https" else HTTPConnection
        connection = kind(
            self._parts.hostname or "",
            self._parts.port,
            timeout=_TIMEOUT_SECONDS,
            source_address=None if source is None else (source, 0),
        )
        asked = f"{method} {self.address}{path.partition('?')[0]}"
        try:
            connection.request(method, self._parts.path + path, content or None, dict(headers or {}))
            reply = connection.getresponse()
            received = {name.lower(): value for name, value in reply.getheaders()}
            return Answer(asked, reply.status, received, reply.read())
        except (OSError, HTTPException) as error:
            raise DemoFailed(f"{asked}: нет ответа ({type(error).__name__}).") from None
        finally:
            connection.close()

    def get(self, path: str) -> Answer:
        return self.send("GET", path, headers={"Accept": "application/json"})

    def send_json(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        return self.send(method, path, content=content, headers={**_JSON, **(headers or {})})

    def post(self, path: str, body: object = None, headers: Mapping[str, str] | None = None) -> Answer:
        return self.send_json("POST", path, body, headers)

    def post_form(self, path: str, fields: Mapping[str, str]) -> Answer:
        """As a browser does when a button is pressed."""
        headers = {"Accept": "text/html", "Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, content=urlencode(fields).encode(), headers=headers)


def fetch(url: str) -> Answer:
    """Open a link that somebody was given."""
    parts = urlsplit(url)
    path = parts.path + (f"?{parts.query}" if parts.query else "")
    return Site(f"{parts.scheme}://{parts.netloc}").send("GET", path, headers={"Accept": "*/*"})


def _reason(content: bytes) -> str:
    try:
        problem = json.loads(content)
    except ValueError:
        return ""
    if not isinstance(problem, dict):
        return ""
    wrong = ", ".join(f"{each['field']}: {each['detail']}" for each in problem.get("errors", []))
    return " ".join(str(part) for part in (problem.get("detail"), problem.get("code"), wrong) if part)
