"""A browser as far as a sign-in needs one."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from infra.demo.world import PREFIX, World


class Browser:
    """Keeps cookies, and asks for them; the last answer's status is what it sees."""

    def __init__(self, world: World) -> None:
        self._parts = urlsplit(world.api.address)
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> int:
        connection = HTTPConnection(self._parts.hostname or "", self._parts.port, timeout=40)
        sent = {
            "Content-Type": "application/json",
            "X-Session-Mode": "cookie",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **(headers or {}),
        }
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        connection.request(method, PREFIX + path, content, sent)
        reply = connection.getresponse()
        reply.read()
        for line in reply.headers.get_all("Set-Cookie") or []:
            name, _, rest = line.partition("=")
            self.cookies[name] = rest.partition(";")[0]
        connection.close()
        return reply.status
