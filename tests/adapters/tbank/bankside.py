"""The bank's process and the ear that hears its messages, as tests use them."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import requests

from shared.config.tbank import TBankTerminal
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ports.payments import PaymentOrder, ProviderPayment, RefundOrder
from tests.adapters.yookassa.bankside import PATIENCE_SECONDS, ROOT, wait_until

KEY = "HouslerDEMO"
PASSWORD = "test-password-1"
DEALS_KEY = "HouslerDealsDEMO"
DEALS_PASSWORD = "test-password-2"
#: as the product's setting and the stand-in's own know them
TERMINALS = {
    "tbank": {"terminal_key": KEY, "passwords": [PASSWORD]},
    "deals": {
        "terminal_key": DEALS_KEY,
        "passwords": [DEALS_PASSWORD],
        "deal_type": "NN",
        "recipient_id": "+79066589133",
    },
}
SOURCE = "127.0.0.78"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it arrived."""

    body: bytes
    peer: str
    path: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def subject(self) -> str:
        return str(self.json["PaymentId"])


@dataclass
class Ear:
    """Receives messages; answers 200 ``OK`` or, for one payment, what a test sets."""

    heard: list[Heard] = field(default_factory=list)
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)  # to give first
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, message: Heard) -> tuple[int, bytes]:
        with self.lock:
            self.heard.append(message)
            waiting = self.answers.get(message.subject)
            return waiting.pop(0) if waiting else (200, b"OK")

    def about(self, payment_id: str) -> list[Heard]:
        with self.lock:
            return [message for message in self.heard if message.subject == payment_id]

    def wait_for(self, payment_id: str, count: int = 1) -> list[Heard]:
        return wait_until(lambda: found if len(found := self.about(payment_id)) >= count else None)

    def told(self, payment_id: str, status: str, *, times: int = 1) -> Heard:
        """The message of a status, or its ``times``-th: messages may arrive in another order than they left."""

        def of_status() -> list[Heard]:
            return [message for message in self.about(payment_id) if message.json["Status"] == status]

        return wait_until(lambda: found[times - 1] if len(found := of_status()) >= times else None)


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

    def pay(self, payment_id: str, **fields: object) -> None:
        self.ask(f"payments/{payment_id}/pay", **fields)

    def deliveries(self, payment_id: str) -> list[Any]:
        """Newest first."""
        return [one for one in self.see("deliveries") if one["payment_id"] == payment_id]

    def made_for(self, order_id: str) -> list[Any]:
        """Payments of an order, newest first."""
        return [one for one in self.see("payments") if one["OrderId"] == order_id]

    def reset(self) -> None:
        requests.delete(f"{self.url}/_control/faults", timeout=10).raise_for_status()
        requests.delete(f"{self.url}/_control/switches", timeout=10).raise_for_status()
        self.ask("clock", shift_seconds=0)

    def terminal(
        self,
        name: str = "tbank",
        *,
        passwords: tuple[str, ...] | None = None,
        timeout_seconds: int = 5,
    ) -> TBankTerminal:
        known: Any = TERMINALS[name]
        return TBankTerminal(
            name=name,
            base_url=f"{self.url}/v2",
            terminal_key=known["terminal_key"],
            passwords=passwords or tuple(known["passwords"]),
            connect_timeout_seconds=2,
            timeout_seconds=timeout_seconds,
            deal_type=known.get("deal_type"),
            recipient_id=known.get("recipient_id"),
        )


@contextmanager
def listening_ear() -> Iterator[tuple[Ear, str]]:
    ear = Ear()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, answer = ear.take(Heard(body, str(self.client_address[0]), self.path))
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 128  # the parent's five lose some of twenty messages at once

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield ear, f"http://127.0.0.1:{server.server_port}/hooks/{{terminal}}"
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def running_bank(folder: Path, webhook_url: str) -> Iterator[str]:
    """Start the stand-in as a process of its own; gives its address."""
    command = [sys.executable, "-m", "localstack.standins.tbank", "--port", "0", "--data", str(folder)]
    command += ["--webhook-url", webhook_url]
    environment = {**os.environ, "TBANK_TERMINALS": json.dumps(TERMINALS)}
    with subprocess.Popen(  # noqa: S603 -- our own module
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            yield line.split()[-1]
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def an_order(kopecks: int = 150_000_00, *, description: str = "Комиссия по сделке 42") -> PaymentOrder:
    now = utc_now()
    return PaymentOrder(
        intent_id=str(uuid4()),
        amount=Money(kopecks),
        description=description,
        return_url="https://example.test/pay/done",
        created_at=now,
        expires_at=now + timedelta(hours=2),
    )


def a_refund(payment: ProviderPayment, kopecks: int, *, left_before: Money | None = None) -> RefundOrder:
    return RefundOrder(
        refund_id=str(uuid4()),
        provider_payment_id=payment.provider_id,
        amount=Money(kopecks),
        left_before=payment.amount if left_before is None else left_before,
        description="Возврат по сделке 42",
        created_at=utc_now(),
        paid=payment.amount,
    )
