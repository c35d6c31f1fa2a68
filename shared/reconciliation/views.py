"""What the operator desk reads of statements, comparisons and differences."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.kernel.clock import iso
from shared.kernel.money import Money
from shared.reconciliation.differences import AGES, age_of, days_open
from shared.reconciliation.errors import RunNotFound
from shared.reconciliation.models import Difference, Finding, ReconciliationRun, RunTotal
from shared.reconciliation.statement_models import BankStatement

COLUMNS: Final = (
    "kind",
    "subject",
    "terminal",
    "day",
    "expected_kopecks",
    "actual_kopecks",
    "state",
    "first_seen_at",
    "days_open",
    "age",
)


class SeenDifference(NamedTuple):
    """A difference with the sums and the age that a run saw; its state is today's."""

    difference: Difference
    expected: Money | None
    actual: Money | None
    days_open: int

    @property
    def age(self) -> str:
        return age_of(self.days_open)


class AgeBucket(NamedTuple):
    age: str
    differences: int
    #: what the ledger has more than the other side, summed without signs, where both are sums
    apart: Money


class RunFacts(NamedTuple):
    run: ReconciliationRun
    totals: Sequence[RunTotal]
    #: every age, the youngest first
    ages: Sequence[AgeBucket]
    #: the oldest first
    differences: Sequence[SeenDifference]


def statements_page(session: Session, *, offset: int, limit: int) -> tuple[Sequence[BankStatement], int]:
    """Newest first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(BankStatement)) or 0
    found = session.scalars(
        select(BankStatement).order_by(BankStatement.id.desc()).offset(offset).limit(limit)
    )
    return found.all(), total


def runs_page(session: Session, *, offset: int, limit: int) -> tuple[Sequence[ReconciliationRun], int]:
    """Newest first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(ReconciliationRun)) or 0
    found = session.scalars(
        select(ReconciliationRun).order_by(ReconciliationRun.id.desc()).offset(offset).limit(limit)
    )
    return found.all(), total


def run_facts(session: Session, run_id: UUID) -> RunFacts:
    """:raises RunNotFound: there is none"""
    run = session.get(ReconciliationRun, run_id)
    if run is None:
        raise RunNotFound
    totals = session.scalars(select(RunTotal).where(RunTotal.run_id == run_id).order_by(RunTotal.terminal))
    seen = _seen(session, run_id, run.started_at)
    return RunFacts(run, totals.all(), _by_age(seen), seen)


def as_seen(difference: Difference, *, at: datetime) -> SeenDifference:
    """As it stands now."""
    return SeenDifference(
        difference,
        difference.expected_kopecks,
        difference.actual_kopecks,
        days_open(difference, at=at),
    )


def run_csv(session: Session, run_id: UUID) -> str:
    """A run's differences, the oldest first; ``;`` between columns, sums in kopecks.

    :raises RunNotFound: there is none
    """
    written = io.StringIO()
    table = csv.writer(written, delimiter=";", lineterminator="\r\n")
    table.writerow(COLUMNS)
    for seen in run_facts(session, run_id).differences:
        difference = seen.difference
        table.writerow(
            (
                difference.kind,
                difference.subject,
                difference.terminal or "",
                difference.day or "",
                "" if seen.expected is None else seen.expected.kopecks,
                "" if seen.actual is None else seen.actual.kopecks,
                difference.state,
                iso(difference.first_seen_at),
                seen.days_open,
                seen.age,
            )
        )
    return written.getvalue()


def _seen(session: Session, run_id: UUID, at: datetime) -> list[SeenDifference]:
    rows = session.execute(
        select(Difference, Finding.expected_kopecks, Finding.actual_kopecks)
        .join(Finding, Finding.difference_id == Difference.id)
        .where(Finding.run_id == run_id)
        .order_by(Difference.first_seen_at, Difference.id)
    )
    return [SeenDifference(row[0], row[1], row[2], days_open(row[0], at=at)) for row in rows]


def _by_age(seen: Sequence[SeenDifference]) -> list[AgeBucket]:
    return [_bucket(age, [each for each in seen if each.age == age]) for age in AGES]


def _bucket(age: str, seen: Sequence[SeenDifference]) -> AgeBucket:
    apart = sum(
        abs((each.actual - each.expected).kopecks)
        for each in seen
        if each.actual is not None and each.expected is not None
    )
    return AgeBucket(age, len(seen), Money(apart))
