"""One play of messages: they are handed in, workers empty the queue, and things die on the way."""

import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from io import BytesIO
from typing import Final, NamedTuple

from functions.webhooks.sbp.handler import app as webhook
from infra.dev import postgres
from infra.dev.postgres_binaries import run_as_user
from infra.gateway import Gateway
from tests.builders import crashing
from tests.campaigns import _frame
from tests.campaigns._webhooks_queue import Deaths, Inbound, Worker
from tests.campaigns._webhooks_world import Delivery

_FUNCTION: Final = "bank_events"
_WORKERS: Final = 4
_SAID_EVERY: Final = 1_000
#: a message that the queue didn't take comes again, as a bank would send it
_MOST_TRIES: Final = 50


class Size(NamedTuple):
    deliveries: int
    #: of each deal
    steps: int
    kills_each: int
    restarts: int
    #: times that the queue takes nothing for a moment
    outages: int


class Run:
    """One play: deliveries are handed in, workers empty the queue, and things die on the way."""

    def __init__(self, size: Size, server: postgres.Server, inbound: Inbound) -> None:
        self.deaths = Deaths(crashing.labels_of(_FUNCTION), size.kills_each)
        self.handed_in = 0
        #: numbers of fiscal documents that were told of
        self.documents: set[str] = set()
        self.restarts = 0
        self.refused = 0
        self.forged = 0
        #: forged messages that were not refused
        self.believed = 0
        self._size = size
        self._server = server
        self._inbound = inbound
        self._gateway = Gateway([("POST", "/payments/webhooks/{terminal}", webhook)])
        self._busy = 0
        self._lock = threading.Lock()
        self._over = threading.Event()

    def play(self, deliveries: list[Delivery], beside: Callable[[], None] | None = None) -> None:
        """The first half of the messages one after another, the second from many sides at once.

        :param beside: what happens meanwhile
        """
        self.documents |= {number for one in deliveries if (number := one.document()) is not None}
        half = len(deliveries) // 2
        self._with_workers(1, deliveries[:half], senders=1)
        self._with_workers(_WORKERS, deliveries[half:], senders=2 * _WORKERS, beside=beside)

    def _with_workers(
        self,
        count: int,
        deliveries: list[Delivery],
        *,
        senders: int,
        beside: Callable[[], None] | None = None,
    ) -> None:
        self._over.clear()
        with ThreadPoolExecutor(count + senders + 1) as pool:
            workers = [pool.submit(self._work) for _ in range(count)]
            try:
                hands = [pool.submit(self._send, deliveries[place::senders]) for place in range(senders)]
                if beside is not None:
                    hands.append(pool.submit(beside))
                for hand in hands:
                    hand.result()
                self._empty_the_queue()
            finally:
                self._over.set()
            for each in workers:
                each.result()

    def _empty_the_queue(self) -> None:
        """Until nobody waits, works or lies among the dead."""
        while self._inbound.waiting() or self._inbound.dead or self._busy:
            self._inbound.replay()
            time.sleep(0.05)

    def _send(self, deliveries: list[Delivery]) -> None:
        for delivery in deliveries:
            if self._over.is_set():
                return
            if not delivery.genuine:
                self.forged += 1
                self.believed += self._post(delivery) != HTTPStatus.FORBIDDEN
                self._one_more()
                continue
            for _ in range(_MOST_TRIES):
                if self._post(delivery) == HTTPStatus.OK:
                    break
                self.refused += 1
                time.sleep(0.05)
            else:
                raise RuntimeError("the webhook function never took a message")
            self._one_more()
            while self._inbound.waiting() > 50 * _WORKERS:
                time.sleep(0.01)

    def _post(self, delivery: Delivery) -> int:
        statuses: list[str] = []
        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": f"/api/v1/payments/webhooks/{delivery.terminal}",
            "QUERY_STRING": "",
            "REMOTE_ADDR": delivery.peer,
            "CONTENT_TYPE": "application/json",
            "CONTENT_LENGTH": str(len(delivery.body)),
            "wsgi.input": BytesIO(delivery.body),
        }
        self._gateway(environ, lambda line, _headers: statuses.append(line))
        return int(statuses[0].split()[0])

    def _one_more(self) -> None:
        """Count a delivery; at its number the database or the queue goes away for a moment."""
        with self._lock:
            self.handed_in += 1
            now_at = self.handed_in
        if now_at % _SAID_EVERY == 0:
            died = f"{self.deaths.kills} kills, {self.restarts} restarts"
            _frame.say(f"{now_at} of {self._size.deliveries} deliveries, {died}")
        if _is_turn(now_at, self._size.deliveries, self._size.restarts):
            self._restart_database()
        if _is_turn(now_at, self._size.deliveries, self._size.outages):
            self._inbound.down.set()
            threading.Timer(0.2, self._inbound.down.clear).start()

    def _restart_database(self) -> None:
        """As after a power cut: no goodbye to anybody."""
        folder = str(self._server.data_dir)
        command = [self._server.binaries / "pg_ctl", "restart", "-D", folder, "-l", f"{folder}/server.log"]
        run_as_user([*command, "-m", "immediate", "-w"])
        self.restarts += 1

    def _work(self) -> None:
        worker = Worker(dict(os.environ))
        while not self._over.is_set():
            with self._lock:
                message = self._inbound.take()
                self._busy += message is not None
            if message is None:
                continue
            label = self.deaths.next_label(message.subject())
            done, died = worker.handle(message, label)
            if died and label is not None:
                self.deaths.died(label)
            if not done:
                self._inbound.put(message)
            with self._lock:
                self._busy -= 1
        worker.stop()


def _is_turn(number: int, whole: int, times: int) -> bool:
    """Whether the delivery of this number is one of so many, evenly strewn."""
    return number % max(1, whole // (times + 1)) == 0 and number // max(1, whole // (times + 1)) <= times
