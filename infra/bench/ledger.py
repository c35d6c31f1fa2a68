"""``python -m infra.bench.ledger [--json] [--rounds N] [--seconds S] [--entries N] [--scale N]``: what a posting costs.

Everything runs on one durable PostgreSQL (fsync and synchronous commits on), with every guard of the ledger, in turns;
figures are medians over the rounds of the ratio to pgbench's TPC-B of the same round. TPC-B has as many branches as its
scale: 50, so that its 20 clients don't wait for one row. The 20 clients of ours share 50 accounts with a floor, and a
posting locks two or three of them. Batches go to a hundred steps of each process's own.

Then, with a million entries over a year: a balance at a past moment and a statement of 50 lines, as multiples of a read
by primary key, all at the 99th percentile and in turns. With ``--json`` the last line is ``{"tpcb_tps",
"posting_ratio", "split_ratio", "python_ratio", "batch_ratio", "statement_ratio", "bytes_per_transaction"}``.
"""

import argparse
import json
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from infra.bench import _ledger_load as load
from infra.bench.database import passing
from infra.dev.postgres import Server
from infra.dev.postgres_binaries import run_sql
from shared.db.session import reading
from shared.ledger import tables
from shared.ledger.accounts import Account
from shared.ledger.statement import balance_at, statement

_READS: Final = 1_000
_PAGE: Final = 50
_LATE: Final = 0.99

Ratios = dict[str, float]


def main() -> int:
    parser = argparse.ArgumentParser(prog="./dev bench ledger", description=__doc__)
    parser.add_argument("--json", action="store_true", help="end with one JSON object")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=4, help="of each load in a round")
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--scale", type=int, default=50, help="of TPC-B: so many branches")
    given = parser.parse_args()
    with passing(durable=True) as server, tempfile.TemporaryDirectory() as folder:
        print(f"PostgreSQL {server.version}, durable; {given.rounds} rounds of {given.seconds:g} s each.")
        tpcb = _prepared(server, Path(folder), given.scale)
        found = _postings(server, tpcb, Path(folder), given.rounds, given.seconds)
        print(f"Writing {given.entries} entries …", flush=True)
        load.fill(given.entries)
        with reading() as session:
            found["bytes_per_transaction"] = _bytes_per_transaction(session)
        found["statement_ratio"] = _readings()
    if given.json:
        print(json.dumps({name: round(value, 3) for name, value in found.items()}))
    return 0


def _prepared(server: Server, folder: Path, scale: int) -> str:
    """Make TPC-B's tables in a database of their own, ours funded; returns the address of the former."""
    run_sql(server.binaries, server.admin_url, "CREATE DATABASE bench_tpcb;")
    address = server.admin_url.rpartition("/")[0] + "/bench_tpcb"
    load.Pgbench(server, folder).run(address, "-i", "-q", "-s", str(scale))
    bare = "CREATE TABLE bench_bare (id bigserial PRIMARY KEY, kopecks bigint NOT NULL);"
    run_sql(server.binaries, address, bare)
    load.fund()
    return address


def _postings(server: Server, tpcb: str, folder: Path, rounds: int, seconds: float) -> Ratios:
    pgbench = load.Pgbench(server, folder)
    seen: dict[str, list[float]] = {}
    with load.processes() as python:
        for number in range(-1, rounds):
            base = pgbench.tps(tpcb, seconds)
            figures = {
                "posting": pgbench.tps(server.app_url, seconds, load.TWO_LEGS),
                "split": pgbench.tps(server.app_url, seconds, load.FOUR_LEGS),
                "python": python.tps("singly", seconds, load.PROCESSES),
                "batch": python.tps("batch", seconds, load.BATCHING_PROCESSES),
                "bare insert": pgbench.tps(tpcb, seconds, load.BARE),
            }
            if number < 0:  # plans, caches and files are warm after it
                continue
            seen.setdefault("tpcb", []).append(base)
            for name, tps in figures.items():
                seen.setdefault(name, []).append(tps / base)
            told = ", ".join(f"{name} {tps / base:.2f}" for name, tps in figures.items())
            print(f"round {number + 1}: TPC-B {base:.0f}/s; times that: {told}", flush=True)
    medians = {name: statistics.median(values) for name, values in seen.items()}
    for name in ("posting", "split", "python", "batch"):
        against = medians[name] / medians["bare insert"]
        print(f"{name:>8}: {medians[name]:.2f} of TPC-B, {against:.2f} of a bare insert and commit")
    return {
        "tpcb_tps": medians["tpcb"],
        "posting_ratio": medians["posting"],
        "split_ratio": medians["split"],
        "python_ratio": medians["python"],
        "batch_ratio": medians["batch"],
    }


def _bytes_per_transaction(session: Session) -> float:
    """Of tables and indexes; nearly all transactions have two entries."""
    return float(
        session.execute(
            text(
                "SELECT (pg_total_relation_size('ledger_transactions') + pg_total_relation_size('ledger_entries'))"
                "::float / (SELECT count(*) FROM ledger_transactions)"
            )
        ).scalar_one()
    )


def _readings() -> float:
    """The worse of both readings' multiples of a read by primary key."""
    dice = random.Random(3)  # noqa: S311 -- a load, not a secret
    with reading() as session:
        known = session.execute(select(tables.transactions.c.id).limit(10_000)).scalars().all()

        def by_key() -> None:
            wanted = dice.choice(known)
            session.execute(select(tables.transactions).where(tables.transactions.c.id == wanted)).one()

        def balance() -> None:
            balance_at(session, *_somewhere(dice))

        def page() -> None:
            account, since = _somewhere(dice)
            statement(session, account, since=since, until=since + timedelta(days=366), size=_PAGE)

        late = _late_ones({"key": by_key, "balance": balance, "statement": page})
    for name in ("balance", "statement"):
        print(
            f"{name}: p99 {late[name] * 1000:.2f} ms, {late[name] / late['key']:.1f} of a read by primary key"
        )
    return max(late["balance"], late["statement"]) / late["key"]


def _somewhere(dice: random.Random) -> tuple[Account, datetime]:
    second = dice.randint(0, load.YEAR_SECONDS)
    return dice.choice(load.FUNDED), load.YEAR_BEGINS + timedelta(seconds=second)


def _late_ones(readings: dict[str, Callable[[], None]]) -> dict[str, float]:
    """Seconds at the 99th percentile, taken in turns."""
    taken: dict[str, list[float]] = {name: [] for name in readings}
    for _ in range(_READS):
        for name, read in readings.items():
            started = time.perf_counter()
            read()
            taken[name].append(time.perf_counter() - started)
    return {name: sorted(values)[int(len(values) * _LATE)] for name, values in taken.items()}


if __name__ == "__main__":
    sys.exit(main())
