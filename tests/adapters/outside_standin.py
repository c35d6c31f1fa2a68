"""Starting a stand-in as the process it is, and scripted servers that answer what no stand-in would."""

import os
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import requests

ROOT = Path(__file__).parents[2]
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Running:
    """``ports`` in the order in which the process named them; the last is its control API's."""

    ports: tuple[int, ...]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.ports[-1]}"

    def get(self, path: str, **query: str) -> Any:
        return self._json(requests.get(f"{self.url}/_control/{path}", params=query, timeout=TIMEOUT_SECONDS))

    def post(self, path: str, **fields: object) -> Any:
        return self._json(requests.post(f"{self.url}/_control/{path}", json=fields, timeout=TIMEOUT_SECONDS))

    def delete(self, path: str) -> Any:
        return self._json(requests.delete(f"{self.url}/_control/{path}", timeout=TIMEOUT_SECONDS))

    @staticmethod
    def _json(reply: requests.Response) -> Any:
        assert reply.status_code == 200, reply.text
        return reply.json()


@contextmanager
def running(name: str, folder: Path, keys: Mapping[str, str], *arguments: str) -> Iterator[Running]:
    """Run ``localstack.standins.<name>`` on free ports until the block ends."""
    command = [sys.executable, "-m", f"localstack.standins.{name}", "--port", "0", "--data", str(folder)]
    environment = {"PATH": os.environ.get("PATH", ""), **keys}
    with subprocess.Popen(  # noqa: S603 -- the interpreter that runs this test
        [*command, *arguments], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            ports = []
            for line in process.stdout:
                ports.append(int(line.rpartition(":")[2]))
                if re.search(r"listens on http:", line):
                    break
            yield Running(tuple(ports))
        finally:
            process.terminate()


@contextmanager
def answering(status: int, body: bytes) -> Iterator[str]:
    """A server that gives every request this answer; yields its address."""

    class Scripted(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: object) -> None:
            """Keep a test's output clean."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Scripted) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def silent_port() -> int:
    """A port where nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
