"""``python -m infra.bench.crypto [--json] [--seconds N]``: what keeping personal data costs.

A field is one value as the domains write it, sealed under its owner's key and indexed for finding, by what
``shared.vault`` works with; the rate is of CPU time on one core, the median of several rounds. Calls to the key service
are counted by a stand-in for a cloud's KMS, which a fresh interpreter asks while it does a first request's work in two
threads. With ``--json`` the last line is ``{"fields_per_s", "key_service_calls"}``.
"""

import argparse
import base64
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from infra.discovery import ROOT
from shared.kernel.identifiers import new_id
from shared.security.pii import BlindIndex, DataKey, KeyRing, WrappedKey
from shared.vault.service import Sealer

_ROUNDS: Final = 5
_BLOCK: Final = 1_000
_TIMEOUT_SECONDS: Final = 60
#: as long as a person's values are
_VALUES: Final = (("phone", "+79161234567"), ("email", "anna.sokolova@example.ru"), ("inn", "500100732259"))

#: A function's module, then what its first request does: find a person, make a key, seal and open.
_FIRST_REQUEST: Final = """
import functions.users.me_update.handler
from concurrent.futures import ThreadPoolExecutor
from shared.kernel.identifiers import new_id
from shared.vault import service as vault

def request(_):
    vault.indexes_of("phone", "+79161234567")
    owner = new_id()
    key, wrapped = vault._ring().new_key(owner)
    sealer = vault.Sealer(vault._ring().unwrap(owner, wrapped), table="users", row=owner)
    assert sealer.open("phone", sealer.seal("phone", "+79161234567")) == "+79161234567"
    vault.index_of("phone", "+79161234567")

with ThreadPoolExecutor(2) as pool:
    list(pool.map(request, range(4)))
"""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.bench.crypto")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=0.5, help="of CPU, for each of the rounds")
    given = parser.parse_args(arguments)
    ring = KeyRing("k1", {"k1": os.urandom(32)})
    key, wrapped = ring.new_key(new_id())
    fields = rate(lambda count: seal_and_index(key, count), given.seconds)
    opened = rate(lambda count: unwrap_and_open(ring, key, wrapped, count), given.seconds)
    calls = key_service_calls()
    print(f"sealed and indexed   {fields:9,} fields/s")
    print(f"unwrapped and opened {opened:9,} fields/s")
    print(f"key service          {calls:9} calls by a fresh interpreter's first requests")
    if given.json:
        print(json.dumps({"fields_per_s": fields, "key_service_calls": calls}))
    return 0


def rate(work: Callable[[int], None], seconds: float) -> int:
    """Fields of one second of CPU: the median of the rounds."""
    work(_BLOCK)
    return round(statistics.median(_once(work, seconds) for _ in range(_ROUNDS)))


def _once(work: Callable[[int], None], seconds: float) -> float:
    done, started = 0, time.process_time()
    while (spent := time.process_time() - started) < seconds:
        work(_BLOCK)
        done += _BLOCK
    return done / spent


def seal_and_index(key: DataKey, count: int) -> None:
    sealer, index = Sealer(key, table="users", row=key.owner_id), BlindIndex(os.urandom(32))
    for number in range(count):
        field, value = _VALUES[number % len(_VALUES)]
        sealer.seal(field, value)
        index.of(field, value)


def unwrap_and_open(ring: KeyRing, key: DataKey, wrapped: WrappedKey, count: int) -> None:
    """The worst case of reading: each value is another person's, and has its key unwrapped first."""
    sealed = Sealer(key, table="users", row=key.owner_id).seal("phone", "+79161234567")
    for _ in range(count):
        unwrapped = ring.unwrap(key.owner_id, wrapped)
        Sealer(unwrapped, table="users", row=key.owner_id).open("phone", sealed)


def key_service_calls() -> int:
    """:raises CalledProcessError: the fresh interpreter failed"""
    calls: list[str] = []
    with _kms(calls) as url:
        subprocess.run(
            [sys.executable, "-c", _FIRST_REQUEST],
            cwd=ROOT,
            check=True,
            timeout=_TIMEOUT_SECONDS,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "HOUSLER_STAGE": "test",
                "HOUSLER_KEY_SERVICE": "kms",
                "HOUSLER_SEALED_KEYS": base64.b64encode(b"sealed").decode(),
                "HOUSLER_KMS_KEY_ARN": "arn:aws:kms:us-east-1:000000000000:key/bench",
                "AWS_ENDPOINT_URL_KMS": url,
                "AWS_REGION": "us-east-1",
                "AWS_ACCESS_KEY_ID": "bench",
                "AWS_SECRET_ACCESS_KEY": "bench",
            },
        )
    return len(calls)


@contextmanager
def _kms(calls: list[str]) -> Iterator[str]:
    """A key service on loopback that opens to new keys whatever it is given, and notes what it is asked for."""
    keys = {"active": "k1", "keys": {"k1": base64.b64encode(os.urandom(32)).decode()}}
    plaintext = base64.b64encode(json.dumps({"ring": keys, "index": keys}).encode()).decode()
    answer = json.dumps({"Plaintext": plaintext}).encode()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            calls.append(self.headers["X-Amz-Target"])
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the base class's name
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
