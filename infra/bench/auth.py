"""``python -m infra.bench.auth [--json] [--rounds N]``: what an authenticated request costs beside its queries.

GET /users/me goes through the in-process gateway, in turn with the same two statements alone on a line of their own;
medians of single requests. ``ratio`` is how many times longer the request takes, ``round_trips`` how often it waits
for the database. With ``--json`` the last line is ``{"round_trips", "ratio"}``.
"""

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from datetime import datetime
from io import BytesIO
from typing import Any, Final

from sqlalchemy import event

from functions.users.me_read.handler import app as me
from infra import seed
from infra.bench.database import passing
from infra.gateway import Gateway
from shared.auth import sessions
from shared.config import database as database_settings
from shared.db import connecting, driver
from shared.db import session as database
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users import service as users

_ROUNDS: Final = 2_000
_WARM_UP: Final = 200
_EMAIL: Final = "bench@agency.example"

Statement = tuple[str, Any]


class Request:
    """The same request again and again, as a WSGI server would hand it over."""

    def __init__(self, token: str) -> None:
        self._gateway = Gateway([("GET", "/users/me", me)])
        self._environ = {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/api/v1/users/me",
            "QUERY_STRING": "",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_AUTHORIZATION": f"Bearer {token}",
            "HTTP_USER_AGENT": "bench",
        }

    def send(self) -> None:
        status: list[str] = []
        self._gateway({**self._environ, "wsgi.input": BytesIO()}, lambda line, _headers: status.append(line))
        if status != ["200 OK"]:
            raise RuntimeError(f"GET /users/me answered {status[0]}")


class Alone:
    """The statements of the request, sent by the driver, every row read."""

    def __init__(self, url: str, statements: list[Statement]) -> None:
        settings = database_settings.parse("DATABASE_URL", url)
        self._connection = connecting.connect(settings, read_only=True)
        self._connection.autocommit = True
        self._statements = statements

    def send(self) -> None:
        cursor = self._connection.cursor()
        for statement, parameters in self._statements:
            cursor.execute(statement, parameters)
            cursor.fetchall()

    def close(self) -> None:
        self._connection.close()


def _token(now: datetime) -> str:
    with database.transaction() as session:
        seed.seed(session, email=_EMAIL, password="a password of the bench", now=now)  # noqa: S106 -- made up
        admin = users.find_by_email(session, _EMAIL)
        if admin is None:
            raise RuntimeError("the seed made no admin")
        pair = sessions.open_session(
            session, user_id=admin.id, role=Role.AGENCY_ADMIN, ip="127.0.0.1", user_agent="bench", now=now
        )
    return pair.access_token


def _statements_of(request: Request) -> list[Statement]:
    """What one request asks of the database."""
    asked: list[Statement] = []

    def note(*arguments: Any) -> None:
        asked.append((arguments[2], arguments[3]))

    engine = database._reader()  # noqa: SLF001 -- measured from inside
    event.listen(engine, "before_cursor_execute", note)
    request.send()
    event.remove(engine, "before_cursor_execute", note)
    return asked


def _round_trips(request: Request) -> int:
    """How often the driver waits for an answer during one request."""
    waited = 0
    hear = driver.Connection.hear

    def counted(connection: driver.Connection, contexts: Sequence[Any]) -> None:
        nonlocal waited
        waited += 1
        hear(connection, contexts)

    driver.Connection.hear = counted  # type: ignore[method-assign,assignment]  # measured from inside
    try:
        request.send()
    finally:
        driver.Connection.hear = hear  # type: ignore[method-assign]  # as it was
    return waited


def measure(rounds: int) -> dict[str, float]:
    with passing() as server, open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123 -- log lines
        request = Request(_token(utc_now()))
        request.send()  # the first one connects
        alone = Alone(server.app_url, _statements_of(request))
        for _ in range(_WARM_UP):
            request.send()
            alone.send()
        whole, queries = _taken(rounds, request.send, alone.send)
        trips = _round_trips(request)
        alone.close()
    return {
        "round_trips": trips,
        "ratio": round(whole / queries, 2),
        "request_ms": round(whole * 1000, 3),
        "queries_ms": round(queries * 1000, 3),
    }


def _taken(rounds: int, *tasks: Callable[[], None]) -> list[float]:
    """Median seconds of each task; they take turns, so that a slow minute slows both."""
    times: list[list[float]] = [[] for _ in tasks]
    for _ in range(rounds):
        for task, kept in zip(tasks, times, strict=True):
            started = time.perf_counter()
            task()
            kept.append(time.perf_counter() - started)
    return [statistics.median(kept) for kept in times]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.bench.auth")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    given = parser.parse_args(arguments)
    found = measure(given.rounds)
    print(
        f"GET /users/me: {found['round_trips']} round trips, {found['request_ms']} ms; "
        f"its queries alone {found['queries_ms']} ms; {found['ratio']} times as long."
    )
    if given.json:
        print(json.dumps({"round_trips": found["round_trips"], "ratio": found["ratio"]}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
