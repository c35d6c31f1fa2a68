"""``python -m infra.bench.webhook [--json] [--rounds N]``: from a bank's signed message to the committed ledger.

Fifty messages a second arrive on a fixed timetable, whatever the system makes of them (open loop), every third one
twice. Each is posted to the webhook function, waits in a queue of this process, and is recorded by the queue function on
a PostgreSQL that waits for the disk. Measured is the time from the moment on the timetable to the commit that credits the
step. In turn with that, a bare insert with its commit on the same server at the same pace: ``p50_ratio`` and
``p99_ratio`` are the multiples. With ``--json`` the last line is
``{"p50_ratio", "p99_ratio", "deliveries", "lost", "doubled"}``.
"""

import argparse
import json
import os
import queue
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from io import BytesIO
from typing import Final, NamedTuple
from uuid import uuid4

from sqlalchemy import func, select

from functions.queues.bank_events.handler import app as worker
from functions.webhooks.sbp.handler import app as webhook
from infra.bench._signing_bank import TERMINAL, Bank, settings
from infra.bench.database import passing
from infra.gateway import Gateway
from shared.adapters.queue import bank_events
from shared.config import database as database_settings
from shared.db import connecting
from shared.db.session import Transactions
from shared.ledger import tables
from shared.payments.models import Payment

_PEER: Final = "91.194.226.7"
_PER_SECOND: Final = 50
_SECONDS: Final = 6
_ROUNDS: Final = 5
_WORKERS: Final = 2


class Arrival(NamedTuple):
    body: bytes
    payment_id: str
    #: on the clock of time.perf_counter
    due: float


@dataclass
class Line:
    """The queue of this process, and when each payment was booked."""

    waiting: "queue.Queue[tuple[str, Arrival | None]]" = field(default_factory=queue.Queue)
    booked: dict[str, float] = field(default_factory=dict)
    current: threading.local = field(default_factory=threading.local)
    failed: int = 0

    def send(self, body: str) -> None:
        self.waiting.put((body, self.current.arrival))

    def work(self) -> None:
        while True:
            body, arrival = self.waiting.get()
            if arrival is None:
                return
            event = {"Records": [{"messageId": uuid4().hex, "body": body, "attributes": {}}]}
            if worker(event, None)["batchItemFailures"]:
                self.failed += 1
                continue
            self.booked.setdefault(arrival.payment_id, time.perf_counter() - arrival.due)


def _timetable(messages: list[tuple[str, bytes]]) -> Iterator[Arrival]:
    """Fifty a second from now on, every third of them twice."""
    started = time.perf_counter() + 0.1
    place = 0
    for number, (payment_id, body) in enumerate(messages):
        for _ in range(2 if number % 3 == 0 else 1):
            yield Arrival(body, payment_id, started + place / _PER_SECOND)
            place += 1


def _wait_until(moment: float) -> None:
    left = moment - time.perf_counter()
    if left > 0:
        time.sleep(left)


def _load(line: Line, gateway: Gateway, messages: list[tuple[str, bytes]]) -> int:
    """Play the timetable; how many messages were delivered."""
    arrivals = list(_timetable(messages))
    workers = [threading.Thread(target=line.work, daemon=True) for _ in range(_WORKERS)]
    for thread in workers:
        thread.start()
    with ThreadPoolExecutor(_WORKERS) as hands:
        posted = []
        for arrival in arrivals:
            _wait_until(arrival.due)
            posted.append(hands.submit(_post, line, gateway, arrival))
        for each in posted:
            each.result()
    for _ in workers:
        line.waiting.put(("", None))
    for thread in workers:
        thread.join()
    if line.failed:
        raise RuntimeError(f"{line.failed} messages failed")
    return len(arrivals)


def _post(line: Line, gateway: Gateway, arrival: Arrival) -> None:
    line.current.arrival = arrival
    statuses: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": f"/api/v1/payments/webhooks/{TERMINAL}",
        "QUERY_STRING": "",
        "REMOTE_ADDR": _PEER,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(arrival.body)),
        "wsgi.input": BytesIO(arrival.body),
    }
    gateway(environ, lambda status, _headers: statuses.append(status))
    if statuses != ["200 OK"]:
        raise RuntimeError(f"the webhook answered {statuses}")


class Bare:
    """One insert and its commit, on a line of its own."""

    def __init__(self, url: str) -> None:
        self._connection = connecting.connect(database_settings.parse("DATABASE_URL", url))
        self._cursor = self._connection.cursor()
        self._cursor.execute("CREATE TABLE IF NOT EXISTS bench_bare (id bigserial PRIMARY KEY, note text)")
        self._connection.commit()

    def measure(self, count: int) -> list[float]:
        started = time.perf_counter()
        taken = []
        for place in range(count):
            _wait_until(started + place / _PER_SECOND)
            begun = time.perf_counter()
            self._cursor.execute("INSERT INTO bench_bare (note) VALUES (%s)", ("x" * 100,))
            self._connection.commit()
            taken.append(time.perf_counter() - begun)
        return taken

    def close(self) -> None:
        self._connection.close()


@contextmanager
def _in_process(line: Line) -> Iterator[Gateway]:
    """The webhook function with this process's queue in the place of the cloud's."""
    cloud = bank_events.queue
    bank_events.queue = lambda: line  # measured without the cloud
    try:
        yield Gateway([("POST", "/payments/webhooks/{terminal}", webhook)])
    finally:
        bank_events.queue = cloud


def _lost_and_doubled(expected: int) -> tuple[int, int]:
    with Transactions()() as session:
        payments = session.scalar(select(func.count()).select_from(Payment)) or 0
        postings = (
            session.scalar(
                select(func.count())
                .select_from(tables.transactions)
                .where(tables.transactions.c.kind == "payment_received")
            )
            or 0
        )
    return max(0, expected - payments), max(0, payments - expected) + max(0, postings - payments)


def measure(rounds: int) -> dict[str, float]:
    os.environ.update(settings())
    loaded: list[float] = []
    bare_times: list[float] = []
    delivered = expected = 0
    with passing(durable=True) as server, _quiet() as say:
        line, bank, bare = Line(), Bank(), Bare(server.owner_url)
        with _in_process(line) as gateway:
            for number in range(rounds + 1):
                links = bank.links(_PER_SECOND * _SECONDS * 3 // 4)
                messages = [(payment_id, bank.message(payment_id, order)) for payment_id, order in links]
                expected += len(messages)
                delivered += _load(line, gateway, messages)
                if number:  # the first one warms up
                    loaded += line.booked.values()
                    bare_times += bare.measure(_PER_SECOND * _SECONDS)
                line.booked.clear()
                say(f"round {number} of {rounds}")
        bare.close()
        lost, doubled = _lost_and_doubled(expected)
    return _figures(loaded, bare_times) | {"deliveries": delivered, "lost": lost, "doubled": doubled}


def _figures(loaded: list[float], bare: list[float]) -> dict[str, float]:
    p50, p99 = statistics.median(loaded), statistics.quantiles(loaded, n=100)[98]
    bare50, bare99 = statistics.median(bare), statistics.quantiles(bare, n=100)[98]
    return {
        "p50_ratio": round(p50 / bare50, 2),
        "p99_ratio": round(p99 / bare99, 2),
        "p50_ms": round(p50 * 1000, 2),
        "p99_ms": round(p99 * 1000, 2),
        "bare_p50_ms": round(bare50 * 1000, 2),
        "bare_p99_ms": round(bare99 * 1000, 2),
    }


@contextmanager
def _quiet() -> Iterator[Callable[[str], None]]:
    """Log lines go nowhere; what is said goes to a person."""
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123 -- log lines
        yield lambda text: print(text, file=sys.stderr, flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.bench.webhook")
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    parser.add_argument("--rounds", type=int, default=_ROUNDS)
    given = parser.parse_args(arguments)
    found = measure(given.rounds)
    print(
        f"Message to committed ledger at {_PER_SECOND} a second: p50 {found['p50_ms']} ms, p99 {found['p99_ms']} ms; "
        f"a bare insert and commit: {found['bare_p50_ms']} and {found['bare_p99_ms']} ms; "
        f"{found['p50_ratio']} and {found['p99_ratio']} times as long. "
        f"{found['deliveries']} deliveries, {found['lost']} lost, {found['doubled']} doubled."
    )
    if given.json:
        names = ("p50_ratio", "p99_ratio", "deliveries", "lost", "doubled")
        print(json.dumps({name: found[name] for name in names}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
