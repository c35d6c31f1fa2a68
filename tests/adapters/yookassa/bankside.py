"""The bank's process and the ear that hears its messages, as tests use them."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import requests

from shared.config.yookassa import YooKassaAccount
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import PaymentOrder
from shared.ports.payouts import PayoutOrder

ROOT = Path(__file__).parents[3]
KEYS = {
    "YOOKASSA_SHOP_ID": "100500",
    "YOOKASSA_SECRET_KEY": "test_shop_key",
    "YOOKASSA_GATEWAY_ID": "100700",
    "YOOKASSA_GATEWAY_SECRET_KEY": "test_gateway_key",
}
PATIENCE_SECONDS = 15
Found = TypeVar("Found")


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it arrived."""

    body: bytes
    peer: str
    headers: dict[str, str]
    arrived: float = field(default_factory=time.monotonic)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def subject(self) -> str:
        return str(self.json["object"]["id"])


@dataclass
class Ear:
    """Receives messages; answers 200 or, for one object, what a test sets."""

    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, list[int]] = field(default_factory=dict)  # object id → statuses to give first
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message: Heard) -> int:
        with self.lock:
            self.heard.append(message)
            waiting = self.answers.get(message.subject)
            return waiting.pop(0) if waiting else 200

    def about(self, object_id: str) -> list[Heard]:
        with self.lock:
            return [message for message in self.heard if message.subject == object_id]

    def wait_for(self, object_id: str, count: int = 1) -> list[Heard]:
        return wait_until(lambda: found if len(found := self.about(object_id)) >= count else None)


class BankSide:
    """The stand-in through its control API."""

    def __init__(self, url: str, ear: Ear) -> None:
        self.url = url
        self.ear = ear

    def ask(self, path: str, **fields: object) -> Any:
        answer = requests.post(f"{self.url}/_control/{path}", json=fields, timeout=10)
        answer.raise_for_status()
        return answer.json()

    def see(self, path: str) -> Any:
        answer = requests.get(f"{self.url}/_control/{path}", timeout=10)
        answer.raise_for_status()
        return answer.json()

    def spoil(self, kind: str, operation: str, **fields: object) -> None:
        self.ask("faults", kind=kind, operation=operation, **fields)

    def delivery(self, object_id: str) -> Any:
        """The newest delivery about an object."""
        return next(one for one in self.see("deliveries") if one["object_id"] == object_id)

    def reset(self) -> None:
        requests.delete(f"{self.url}/_control/faults", timeout=10).raise_for_status()
        self.ask("clock", shift_seconds=0)
        self.ask("webhooks", enabled=True)
        self.ask("payouts/plan", plan="succeed")
        self.ask("refunds/plan", plan="succeed")
        self.ask("receipts/plan", plan="succeed")

    def shop(self, *, timeout_seconds: int = 5, key: str = KEYS["YOOKASSA_SECRET_KEY"]) -> YooKassaAccount:
        return YooKassaAccount(f"{self.url}/v3", KEYS["YOOKASSA_SHOP_ID"], key, 2, timeout_seconds)

    def gateway(self, *, timeout_seconds: int = 5) -> YooKassaAccount:
        key = KEYS["YOOKASSA_GATEWAY_SECRET_KEY"]
        return YooKassaAccount(f"{self.url}/v3", KEYS["YOOKASSA_GATEWAY_ID"], key, 2, timeout_seconds)


def wait_until(look: Callable[[], Found | None]) -> Found:
    """Look again and again, for a bounded time."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")


@contextmanager
def listening_ear() -> Iterator[tuple[Ear, str]]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = ear.take(Heard(body, str(self.client_address[0]), dict(self.headers)))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # the parent's five lose some of twenty messages at once

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield ear, f"http://127.0.0.1:{server.server_port}/hook"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def running_bank(folder: Path, webhook_url: str) -> Iterator[str]:
    """Start the stand-in as a process of its own; gives its address."""
    command = [sys.executable, "-m", "localstack.standins.yookassa", "--port", "0", "--data", str(folder)]
    command += ["--webhook-url", webhook_url, "--retry-scale", "0.001", "--payout-delay-ms", "100"]
    with subprocess.Popen(  # noqa: S603 -- our own module
        command, cwd=ROOT, env={**os.environ, **KEYS}, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def a_payment_order(kopecks: int = 150_000_00, *, description: str = "Комиссия по сделке 42") -> PaymentOrder:
    return PaymentOrder(
        intent_id=str(uuid4()),
        amount=Money(kopecks),
        description=description,
        return_url="https://example.test/pay/done",
        created_at=utc_now(),
    )


def a_payout_order(kopecks: int = 90_000_00, *, bank_id: str = "100000000004") -> PayoutOrder:
    return PayoutOrder(
        payout_id=str(uuid4()),
        amount=Money(kopecks),
        phone="+79990000001",
        bank_id=bank_id,
        description="Доля агента, сделка 42",
    )
