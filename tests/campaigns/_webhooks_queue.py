"""A queue in the campaign's own process, and workers in processes of their own that die as they are told.

The webhook function reaches the queue by the product's own signed call of SQS; a message stays until its worker has
said that it is done, so that whoever dies with it in hand has lost nothing. A message that was received too often is
dead, until an operator replays it.
"""

import hashlib
import json
import multiprocessing
import os
import queue
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any, Final
from uuid import uuid4

#: of template.yaml, as its function says
MOST_RECEIVES: Final = 8
_CRASH: Final = "HOUSLER_CRASH_AT"
_ANSWER_SECONDS: Final = 60
#: what only messages about it come by; of the rest nothing is kept
_OWN: Final = {"refund": "refund", "payout": "payout", "receipt": "receipt", "kept": "deal"}
_PRELOADED: Final = ["functions.queues.bank_events.handler"]


@dataclass
class Message:
    body: str
    receives: int = 0
    id: str = field(default_factory=lambda: uuid4().hex)

    def subject(self) -> str:
        """What it tells of: ``payment``, ``refund``, ``payout``, ``receipt``, or what the bank's word begins with."""
        told = json.loads(json.loads(self.body)["body"])
        status = str(told.get("Status"))
        if status.endswith("REFUNDED"):
            return "refund"
        if status == "RECEIPT":
            return "receipt"
        return str(told.get("event", "payment")).partition(".")[0]

    def event(self) -> dict[str, Any]:
        """What the function is called with."""
        attributes = {"ApproximateReceiveCount": str(self.receives)}
        return {"Records": [{"messageId": self.id, "body": self.body, "attributes": attributes}]}


class Inbound:
    """Messages that wait, and those that are dead."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Message] = queue.Queue()
        self.dead: list[Message] = []
        #: a queue that is down answers nobody
        self.down = threading.Event()

    def put(self, message: Message) -> None:
        if message.receives >= MOST_RECEIVES:
            self.dead.append(message)
        else:
            self._waiting.put(message)

    def take(self) -> Message | None:
        try:
            message = self._waiting.get(timeout=0.05)
        except queue.Empty:
            return None
        message.receives += 1
        return message

    def waiting(self) -> int:
        return self._waiting.qsize()

    def replay(self) -> int:
        """What an operator does with the dead: they start anew."""
        replayed, self.dead = self.dead, []
        for message in replayed:
            self._waiting.put(Message(message.body))
        return len(replayed)


@contextmanager
def served(inbound: Inbound) -> Iterator[str]:
    """The address that takes ``SendMessage``."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if inbound.down.is_set():
                self._answer(503, b"{}")
                return
            body = str(asked["MessageBody"])
            inbound.put(Message(body))
            digest = hashlib.md5(body.encode(), usedforsecurity=False).hexdigest()
            self._answer(200, json.dumps({"MD5OfMessageBody": digest, "MessageId": uuid4().hex}).encode())

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64
        daemon_threads = True

    with Server(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Deaths:
    """Which labelled point is next to kill a worker; each is met as often as was planned."""

    def __init__(self, labels: list[str], each: int) -> None:
        self._left = Counter(dict.fromkeys(labels, each))
        self._lock = threading.Lock()
        self._turn = 0
        self.kills = 0

    def next_label(self, subject: str) -> str | None:
        """Of a message about this; one of its own points first, which no other message comes by."""
        with self._lock:
            open_labels = sorted(label for label, left in self._left.items() if left > 0)
            own = [label for label in open_labels if _subject_of(label) == subject]
            found = own or [label for label in open_labels if _subject_of(label) is None]
            if not found:
                return None
            self._turn += 1
            return found[self._turn % len(found)]

    def died(self, label: str) -> None:
        with self._lock:
            self._left[label] -= 1
            self.kills += 1

    def never_met(self) -> list[str]:
        return sorted(label for label, left in self._left.items() if left > 0)


def _subject_of(label: str) -> str | None:
    """Points of payments are named after nothing, as those that every message comes by."""
    return _OWN.get(label.partition(".")[2].partition("_")[0])


class Worker:
    """One process that handles one message at a time; another takes its place when it dies."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment = environment
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(_PRELOADED)
        self._start()

    def handle(self, message: Message, crash_at: str | None) -> tuple[bool, bool]:
        """Whether the message is done, and whether the worker died at its point."""
        try:
            self._pipe.send((message.event(), crash_at))
            if not self._pipe.poll(_ANSWER_SECONDS):
                self._pipe.close()
            return bool(self._pipe.recv()), False
        except (EOFError, OSError):
            self._process.join(_ANSWER_SECONDS)
            self._process.kill()
            killed = crash_at is not None and self._process.exitcode == -signal.SIGKILL
            self._start()
            return False, killed

    def stop(self) -> None:
        self._pipe.close()
        self._process.join(_ANSWER_SECONDS)

    def _start(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=_work, args=(theirs, self._environment), daemon=True)
        self._process.start()
        theirs.close()


def _work(pipe: Connection, environment: dict[str, str]) -> None:
    """A worker's life: a message, an answer, until nobody sends any more."""
    os.environ.update(environment)
    from functions.queues.bank_events.handler import app  # noqa: PLC0415 -- after its settings

    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):  # noqa: PTH123 -- log lines
        while True:
            try:
                event, crash_at = pipe.recv()
            except EOFError:
                return
            if crash_at is not None:
                os.environ[_CRASH] = crash_at
            pipe.send(app(event, None)["batchItemFailures"] == [])
            os.environ.pop(_CRASH, None)
