"""One comparison of one Moscow day: ask for the registries, record what nobody told us, then compare all three sides.

No transaction is open while a provider is asked. A run may be repeated for any day and changes nothing by itself.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.config import bank, terminals
from shared.config import reconciliation as settings
from shared.db.errors import on_constraint
from shared.db.session import Transactions
from shared.kernel.clock import moscow_date
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import new_id
from shared.observability import log
from shared.payments import charging
from shared.payments.recording import Claim, PaymentConsequence, record
from shared.payments.terminals import Providers
from shared.ports.payments import OutcomeUnknown
from shared.ports.registry import PaymentRegistry
from shared.reconciliation import (
    checking_books,
    comparing_bank,
    comparing_registry,
    differences,
    importing,
    matching,
    registries,
    settling,
    totals,
)
from shared.reconciliation.errors import DayNotOver, RunGoesOn
from shared.reconciliation.models import ReconciliationRun, RunStatus
from shared.reconciliation.registry_models import RegistrySource
from shared.reconciliation.statement_models import BankLine

#: a run that died is taken over
_DIES_AFTER: Final = timedelta(minutes=20)


class _RunsAlready(Conflict):
    """Two starts at once: the database let one in."""

    code = RunGoesOn.code

    def __init__(self) -> None:
        super().__init__("Сверка за этот день уже идёт. Дождитесь её конца.")


on_constraint("uq_reconciliation_runs_running", _RunsAlready)


class Sides(NamedTuple):
    """Whom a run may ask."""

    #: by terminal; the others' registries are brought as files
    registries: Mapping[str, PaymentRegistry]
    providers: Providers
    #: what a payment causes that nobody had told us of
    on_paid: PaymentConsequence


def run_day(
    transactions: Transactions, *, day: date, sides: Sides, actor: Actor, now: datetime
) -> ReconciliationRun:
    """:raises DayNotOver: it isn't over in Moscow
    :raises RunGoesOn: another run of this day hasn't ended
    """
    with transactions() as session:
        run = begin(session, day, actor, now)
    try:
        recovered = 0
        for terminal in terminals.load().by_name:
            recovered += _learn(transactions, terminal, day, sides, now)
        with transactions() as session:
            return _compare(session, run.id, recovered, actor, now)
    except BaseException:
        with transactions() as session:
            _fail(session, run.id, now)
        raise


def begin(session: Session, day: date, actor: Actor, now: datetime) -> ReconciliationRun:
    """:raises DayNotOver, RunGoesOn: see ``run_day``; also at the commit, for starts at once"""
    if day >= moscow_date(now):
        raise DayNotOver
    running = session.scalars(
        select(ReconciliationRun)
        .where(ReconciliationRun.day == day, ReconciliationRun.status == RunStatus.RUNNING)
        .with_for_update()
    ).one_or_none()
    if running is not None:
        if running.started_at > now - _DIES_AFTER:
            raise RunGoesOn(day)
        _end(running, RunStatus.FAILED, now)
        session.flush()
    run = ReconciliationRun(
        id=new_id(), day=day, status=RunStatus.RUNNING, started_by=actor.user_id, started_at=now
    )
    session.add(run)
    return run


def _learn(transactions: Transactions, terminal: str, day: date, sides: Sides, now: datetime) -> int:
    """Keep the day's registry, and record what it knows and we don't; how many payments that were."""
    registry = sides.registries.get(terminal)
    if registry is not None:
        try:
            lines = registry.lines(day)
        except OutcomeUnknown as failure:
            # What was read of it before is compared; where nothing was, that is a difference.
            log.write("registry_not_read", level="warning", terminal=terminal, reason=str(failure)[:64])
        else:
            with transactions() as session:
                registries.keep_day(session, terminal, day, lines, source=RegistrySource.API, now=now)
    with transactions() as session:
        missing = comparing_registry.unrecorded(session, terminal, day)
    recovered = sum(_recover(transactions, terminal, one, sides, now) for one in missing)
    with transactions() as session:
        for payment_id, charge in comparing_registry.without_charge(session, terminal, day):
            charging.learn_charge(session, payment_id=payment_id, charge=charge, now=now)
    return recovered


def _recover(
    transactions: Transactions, terminal: str, provider_id: str, sides: Sides, now: datetime
) -> bool:
    """Ask about a payment that only the registry has, and record it as the poller would."""
    try:
        truth = sides.providers(terminal).get(provider_id)
    except (OutcomeUnknown, LookupError) as failure:
        log.write("payment_not_recovered", level="warning", terminal=terminal, reason=type(failure).__name__)
        return False
    if truth is None:
        return False
    with transactions() as session:
        claim = Claim(terminal, f"registry:{truth.provider_id}:{truth.raw_status}")
        outcome = record(session, truth, claim, on_paid=sides.on_paid, now=now)
    log.write("payment_recovered", level="warning", terminal=terminal, outcome=outcome)
    return outcome in {"recorded", "suspense"}


def _compare(
    session: Session, run_id: UUID, recovered: int, actor: Actor, now: datetime
) -> ReconciliationRun:
    run = session.get_one(ReconciliationRun, run_id, with_for_update=True, populate_existing=True)
    ours, limits = bank.load(), settings.load()
    for line in session.scalars(select(BankLine).where(BankLine.matched_at.is_(None)).order_by(BankLine.id)):
        matching.match(session, line, importing.ends_of(session, line), ours, now=now)
    found = []
    for terminal in terminals.load().by_name:
        settling.assign(session, terminal)
        found += comparing_registry.compare(session, terminal, run.day)
        session.add(totals.of_terminal(session, run, terminal))
    found += comparing_bank.compare_day(session, run.day, ours)
    found += comparing_bank.compare_ever(session, ours, limits, now=now)
    found += checking_books.check(session, limits, now=now)
    counts = differences.apply(session, run, found, task_above_kopecks=limits.task_above_kopecks, now=now)
    run.recovered = recovered
    run.opened, run.closed, run.standing = counts
    _end(run, RunStatus.FINISHED, now)
    audit.record(
        session,
        actor,
        "reconciliation.finished",
        entity=("reconciliation_run", run.id),
        after={"day": run.day.isoformat(), "recovered": recovered, **counts._asdict()},
        now=now,
    )
    session.flush()
    return run


def _fail(session: Session, run_id: UUID, now: datetime) -> None:
    run = session.get_one(ReconciliationRun, run_id, with_for_update=True, populate_existing=True)
    if run.status is RunStatus.RUNNING:
        _end(run, RunStatus.FAILED, now)


def _end(run: ReconciliationRun, status: RunStatus, now: datetime) -> None:
    run.status = status
    run.finished_at = now
