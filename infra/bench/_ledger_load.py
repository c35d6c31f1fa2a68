"""What the bench of the ledger puts on the database: pgbench's scripts, Python's processes, a million entries."""

import multiprocessing
import random
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit
from uuid import UUID

from infra.dev.postgres import Server
from shared.db import session as database
from shared.db.session import Transactions, transaction
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import accounts, rollup
from shared.ledger.accounts import Account
from shared.ledger.posting import Cause, Kind, Movement, Posting, post_later, post_many

CLIENTS: Final = 20
THREADS: Final = 2
PROCESSES: Final = 8
BATCHING_PROCESSES: Final = 4
BATCH: Final = 100
DEAL: Final = UUID(int=0)
PAYMENT: Final = UUID(int=1)
YEAR_BEGINS: Final = datetime(2026, 1, 1, tzinfo=UTC)
YEAR_SECONDS: Final = 365 * 86_400

FUNDED: Final = [accounts.deal_hold(DEAL, step) for step in range(1, 51)]
_PLENTY: Final = Money(1_000_000_000_000)
_CLEARING: Final = accounts.provider_clearing("bench")

_COMMON: Final = r"""
\set a random(1, 50)
\set b 1 + (:a + random(0, 23)) % 50
\set c 1 + (:b + random(0, 23)) % 50
\set m random(1, 1000)
\set t :m + :m + 6
\set k random(1, 4000000000)
\set i random(100000000000, 999999999999)
SELECT posted_id, already_posted FROM ledger_post('{"id": "019ab000-0000-7000-8000-:i", "kind": "step_released",
 "key": ":k-:i", "occurred_at": "2026-11-24T09:00Z", "payment_id": "00000000-0000-0000-0000-000000000001", "lines": ["""
# A colon of the key stands in :h, since pgbench takes two colons in a row for a cast.
TWO_LEGS: Final = (
    _COMMON
    + """{"account": ":h:a", "side": "debit", "kopecks": :m}, {"account": ":h:b", "side": "credit", "kopecks": :m}]}');"""
)
FOUR_LEGS: Final = (
    _COMMON
    + """{"account": ":h:a", "side": "debit", "kopecks": :t}, {"account": ":h:b", "side": "credit", "kopecks": :m},
 {"account": ":h:c", "side": "credit", "kopecks": :m}, {"account": "platform_fee", "side": "credit", "kopecks": 6}]}');"""
)
BARE: Final = r"""
\set m random(1, 1000)
INSERT INTO bench_bare (kopecks) VALUES (:m);
"""


class Pgbench:
    """One load generator for the baseline and for us, over the same server."""

    def __init__(self, server: Server, folder: Path) -> None:
        self._server = server
        self._folder = folder

    def tps(self, address: str, seconds: float, script: str | None = None) -> float:
        """Transactions a second: the script's, or TPC-B's own."""
        words = ["-n", "-c", str(CLIENTS), "-j", str(THREADS), "-T", str(max(1, round(seconds)))]
        if script is not None:
            file = self._folder / "script.sql"
            file.write_text(script.replace('"lines": [\n', '"lines": ['))
            words += ["-D", f"h=deal_hold:{DEAL}:", "-f", str(file)]
        told = self.run(address, *words)
        (line,) = [line for line in told.splitlines() if line.startswith("tps = ")]
        return float(line.split()[2])

    def run(self, address: str, *words: str) -> str:
        parts = urlsplit(address)
        bare = parts._replace(netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}")
        done = subprocess.run(
            [self._server.binaries / "pgbench", *words, bare.geturl()],
            env={"PGPASSWORD": unquote(parts.password or "")},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"pgbench: {done.stderr.strip().splitlines()[-1]}")
        return done.stdout


def fund() -> None:
    """Give the fifty accounts enough."""
    with transaction() as session:
        post_many(
            session,
            [
                Posting(
                    Kind.PAYMENT_RECEIVED,
                    f"funds:{account.key}",
                    [Movement(_CLEARING, account, _PLENTY)],
                    YEAR_BEGINS - timedelta(days=1),
                    Cause(payment_id=PAYMENT),
                )
                for account in FUNDED
            ],
        )


def _post_singly(dice: random.Random) -> int:
    debit, credit = dice.sample(FUNDED, 2)
    with transaction() as session:
        post_later(
            session,
            kind=Kind.STEP_RELEASED,
            key=str(new_id()),
            movements=[Movement(debit, credit, Money(dice.randint(1, 1_000)))],
            occurred_at=YEAR_BEGINS,
            cause=Cause(payment_id=PAYMENT),
        )
    return 1


def _post_batch(dice: random.Random, steps: Sequence[Account]) -> int:
    postings = [
        Posting(
            Kind.PAYMENT_RECEIVED,
            str(new_id()),
            [Movement(_CLEARING, step, Money(dice.randint(1, 1_000)))],
            YEAR_BEGINS,
            Cause(payment_id=PAYMENT),
        )
        for step in steps
    ]
    with transaction() as session:
        post_many(session, postings)
    return len(postings)


def _work(line: Connection, number: int) -> None:
    """A process of ours: waits to be told what to do and for how many seconds, answers how many it posted."""
    dice = random.Random(number)  # noqa: S311 -- a load, not a secret
    deal = new_id()
    steps = [accounts.deal_hold(deal, step) for step in range(BATCH)]
    while True:
        what, seconds = line.recv()
        if what == "stop":
            database.dispose()
            return
        ends, count = time.monotonic() + seconds, 0
        while time.monotonic() < ends:
            count += _post_singly(dice) if what == "singly" else _post_batch(dice, steps)
        line.send(count)


class Processes:
    """Python's service on its own driver, a process for each."""

    def __init__(self, lines: Sequence[Connection]) -> None:
        self._lines = lines

    def tps(self, what: str, seconds: float, count: int) -> float:
        """:param what: "singly" or "batch"; transactions a second of all of them together"""
        used = self._lines[:count]
        started = time.monotonic()
        for line in used:
            line.send((what, seconds))
        posted = sum(line.recv() for line in used)
        return float(posted / (time.monotonic() - started))


@contextmanager
def processes() -> Iterator[Processes]:
    spawning = multiprocessing.get_context("spawn")
    pairs = [spawning.Pipe() for _ in range(PROCESSES)]
    running = [
        spawning.Process(target=_work, args=(theirs, number)) for number, (_, theirs) in enumerate(pairs)
    ]
    for process in running:
        process.start()
    try:
        yield Processes([ours for ours, _ in pairs])
    finally:
        for ours, _ in pairs:
            ours.send(("stop", 0))
        for process in running:
            process.join()


def fill(entries: int) -> None:
    """Two entries a posting, over the fifty accounts and a year, in the order of time; rolled up now and then."""
    dice = random.Random(1)  # noqa: S311 -- a load, not a secret
    many = 500
    batches = max(1, entries // 2 // many)
    for batch in range(batches):
        postings = []
        for number in range(many):
            debit, credit = dice.sample(FUNDED, 2)
            second = YEAR_SECONDS * (batch * many + number) // (batches * many)
            movement = Movement(debit, credit, Money(dice.randint(1, 1_000)))
            at = YEAR_BEGINS + timedelta(seconds=second)
            postings.append(
                Posting(Kind.STEP_RELEASED, str(new_id()), [movement], at, Cause(payment_id=PAYMENT))
            )
        with transaction() as session:
            post_many(session, postings)
        if batch % 20 == 0:
            rollup.catch_up(Transactions())
    for _ in range(2):  # what one call finds the next one rolls up
        rollup.catch_up(Transactions(), calls=1_000)
