"""Key services on loopback for one test: one that answers as told and counts, and a cloud's own."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import boto3
from moto.server import ThreadedMotoServer

REGION = "eu-central-1"


@dataclass
class Scripted:
    """Gives its answers one after another, the last for ever; ``calls`` holds what it was asked."""

    url: str
    answers: list[tuple[int, bytes]]
    delay_seconds: float = 0.0
    calls: list[dict[str, Any]] = field(default_factory=list)

    def next_answer(self, call: dict[str, Any]) -> tuple[int, bytes]:
        self.calls.append(call)
        time.sleep(self.delay_seconds)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@contextmanager
def scripted(*answers: tuple[int, bytes], delay_seconds: float = 0.0) -> Iterator[Scripted]:
    service: Scripted

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            call = {"target": self.headers["X-Amz-Target"], "signed": self.headers["Authorization"]}
            status, answer = service.next_answer({**call, **json.loads(body)})
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        service = Scripted(f"http://127.0.0.1:{server.server_port}", list(answers), delay_seconds)
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield service
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def cloud() -> Iterator[Any]:
    """A client of a cloud KMS of its own; ``client.meta.endpoint_url`` is where it listens."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield boto3.Session("test", "test", region_name=REGION).client(
            "kms", endpoint_url=f"http://{host}:{port}"
        )
    finally:
        server.stop()
