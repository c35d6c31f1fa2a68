"""``./dev campaign webhooks [--json] [--seed N] [--small]``: a bank's messages while everything dies.

Twenty thousand deliveries of two banks' messages, each one to five times and shuffled, half of them concurrent, go through
the webhook function to a queue and to workers in processes of their own. Workers are killed (SIGKILL) at every labelled
point, PostgreSQL is restarted without a goodbye, the queue is down now and then. Afterwards the poller sweeps twice.
What the books then say is held against what the banks did: nothing lost, nothing doubled, not a kopeck off. YooKassa signs
nothing and is asked; T-Bank signs and is believed, and what it didn't sign is refused.
"""

import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, redirect_stdout
from datetime import timedelta
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import Any, Final, NamedTuple

from functions.webhooks.sbp.handler import app as webhook
from infra import migrate
from infra.dev import postgres
from infra.dev.postgres_binaries import run_as_user
from infra.gateway import Gateway
from shared.adapters.sbp.factory import payment_provider
from shared.db import session as database
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.payments import polling
from shared.receipts import income
from tests import settings
from tests.adapters.tbank import bankside as tbank
from tests.adapters.yookassa import bankside as yookassa
from tests.builders import crashing
from tests.campaigns import _frame
from tests.campaigns._webhooks_judge import Verdict, judge
from tests.campaigns._webhooks_queue import Deaths, Inbound, Worker, served
from tests.campaigns._webhooks_tbank import TBankBank
from tests.campaigns._webhooks_world import Bank, Delivery, Fate, World, build
from tests.campaigns._webhooks_yookassa import YooKassaBank

_FUNCTION: Final = "bank_events"
#: points that only other events than payments' come by
_ELSEWHERE: Final = ("bank_events.payout", "bank_events.refund")
_TERMINALS: Final = (YooKassaBank.terminal, TBankBank.terminal)
#: the banks send nothing themselves
_NOWHERE: Final = "http://127.0.0.1:9/"
_FAULTS: Final = (*Verdict._fields, "believed")
_WORKERS: Final = 4
_SWEEPS: Final = 2
#: a message that the queue didn't take comes again, as a bank would send it
_MOST_TRIES: Final = 50


class Size(NamedTuple):
    deliveries: int
    kills_each: int
    restarts: int
    #: times that the queue takes nothing for a moment
    outages: int


_WHOLE: Final = Size(20_000, 8, 12, 20)
_SMALL: Final = Size(240, 1, 1, 1)


class Run:
    """One play: deliveries are handed in, workers empty the queue, and things die on the way."""

    def __init__(self, size: Size, server: postgres.Server, inbound: Inbound) -> None:
        labels = [one for one in crashing.labels_of(_FUNCTION) if not one.startswith(_ELSEWHERE)]
        self.deaths = Deaths(labels, size.kills_each)
        self.restarts = 0
        self.refused = 0
        #: forged messages that were not refused
        self.believed = 0
        self._size = size
        self._server = server
        self._inbound = inbound
        self._gateway = Gateway([("POST", "/payments/webhooks/{terminal}", webhook)])
        self._handed_in = 0
        self._busy = 0
        self._lock = threading.Lock()
        self._over = threading.Event()

    def play(self, world: World) -> None:
        """The first half of the messages one after another, the second from many sides at once."""
        half = len(world.deliveries) // 2
        self._with_workers(1, world.deliveries[:half], senders=1)
        self._with_workers(_WORKERS, world.deliveries[half:], senders=2 * _WORKERS)

    def _with_workers(self, count: int, deliveries: list[Delivery], *, senders: int) -> None:
        self._over.clear()
        with ThreadPoolExecutor(count + senders) as pool:
            workers = [pool.submit(self._work) for _ in range(count)]
            try:
                hands = [pool.submit(self._send, deliveries[place::senders]) for place in range(senders)]
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
            if not delivery.genuine:
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
            self._handed_in += 1
            now_at = self._handed_in
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
            label = self.deaths.next_label()
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


def _sweep() -> dict[str, int]:
    """Two sweeps of the poller, each until nothing is due, well after every link's end."""
    counted: dict[str, int] = {}
    for number in range(_SWEEPS):
        now = utc_now() + timedelta(hours=2 * (number + 1))
        while True:
            found = polling.poll_terminals(
                Transactions(),
                names=list(_TERMINALS),
                providers=payment_provider,
                on_paid=income.of_payment,
                now=now,
            )
            if not found:
                break
            for name, count in found.items():
                counted[name] = counted.get(name, 0) + count
    return counted


@contextmanager
def _scene(inbound: Inbound) -> Iterator[tuple[postgres.Server, list[Bank]]]:
    """A database that keeps what it committed, the banks' processes, the queue; settings name them."""
    with ExitStack() as opened:
        folder = Path(tempfile.mkdtemp(prefix="housler-campaign-"))
        opened.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # root's helper user must get to the data, which is closed itself
        settings.put()
        server = postgres.start(folder / "data")
        opened.callback(server.stop)
        migrate.upgrade(server.owner_url)
        yookassa_url = opened.enter_context(yookassa.running_bank(folder / "yookassa", _NOWHERE))
        tbank_url = opened.enter_context(tbank.running_bank(folder / "tbank", _NOWHERE))
        queue_url = opened.enter_context(served(inbound))
        os.environ.update(_addresses(server, yookassa_url, tbank_url, queue_url))
        opened.callback(database.dispose)
        banks: list[Bank] = [YooKassaBank(yookassa_url), TBankBank(tbank_url)]
        for bank in banks:
            bank.silence()
        yield server, banks


def _addresses(server: postgres.Server, yookassa_url: str, tbank_url: str, queue_url: str) -> dict[str, str]:
    return yookassa.KEYS | {
        "DATABASE_URL": server.app_url,
        "HOUSLER_TERMINALS": ",".join(f"{name}={name}" for name in _TERMINALS),
        "YOOKASSA_URL": f"{yookassa_url}/v3",
        "TBANK_URL": f"{tbank_url}/v2",
        "TBANK_TERMINALS": json.dumps(tbank.TERMINALS),
        "QUEUE_BANK_EVENTS_URL": f"{queue_url}/000000000000/bank-events",
        "AWS_ENDPOINT_URL": queue_url,
        "AWS_REGION": "ru-central1",
        "AWS_ACCESS_KEY_ID": "campaign",
        "AWS_SECRET_ACCESS_KEY": "campaign",
    }


def _played(size: Size, seed: int) -> tuple[dict[str, int], list[str]]:
    """What was counted, and the points at which nobody died."""
    inbound = Inbound()
    with _scene(inbound) as (server, banks):
        world = build(banks, random.Random(seed), size.deliveries)  # noqa: S311 -- to be replayed
        run = Run(size, server, inbound)
        run.play(world)
        bank_of = {bank.terminal: bank for bank in banks}
        for scene in world.scenes:
            if scene.fate is Fate.LEFT_OPEN:
                bank_of[scene.terminal].close(scene.provider_id)
        swept = _sweep()
        verdict = judge(world.scenes)
    counted = {
        "deliveries": len(world.deliveries),
        "kills": run.deaths.kills,
        "restarts": run.restarts,
        "payments": len(world.scenes),
        "refused": run.refused,
        "forged": sum(not delivery.genuine for delivery in world.deliveries),
        "believed": run.believed,
        "swept": sum(swept.values()),
    }
    return counted | verdict._asdict(), run.deaths.never_met()


def main(arguments: Sequence[str]) -> int:
    campaign = _frame.begun("webhooks", arguments)
    size = _SMALL if campaign.small else _WHOLE
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123 -- log lines
        counted, never_met = _played(size, campaign.seed)
    for label in never_met:
        print(f"nobody died at {label}")
    faults = len(never_met) + sum(counted[name] for name in _FAULTS)
    found: dict[str, Any] = counted
    return campaign.ended(found, faults=faults)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
