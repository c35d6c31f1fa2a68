"""Which days a schedule compares: each of the last ones once a day, and again where something new came of them."""

from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import moscow_date
from shared.kernel.errors import Conflict
from shared.observability import log
from shared.reconciliation.models import Difference, DifferenceState, ReconciliationRun, RunStatus
from shared.reconciliation.registry_models import RegistryDay, RegistrySource
from shared.reconciliation.running import Sides, run_day
from shared.reconciliation.statement_models import BankStatement

#: a provider may say late what happened: so many days are looked at anew each day
_LAST_DAYS: Final = 3
#: days with standing differences, the newest first
_MOST_OLD_DAYS: Final = 31
#: a day's registry is whole, and payments of its last minutes are recorded
_READY_AFTER: Final = timedelta(hours=3)
#: less than a day, so that the hour doesn't wander
_AGAIN_AFTER: Final = timedelta(hours=20)


def reconcile_due(transactions: Transactions, *, sides: Sides, now: datetime) -> dict[str, int]:
    """Compare every due day; what is wrong with one doesn't stop the others. Counts over all of them."""
    with transactions() as session:
        days = due_days(session, now=now)
    counts = {"days": 0, "recovered": 0, "opened": 0, "closed": 0, "failed": 0}
    for day in days:
        try:
            run = run_day(transactions, day=day, sides=sides, actor=SYSTEM, now=now)
        except Conflict:  # somebody compares it right now
            continue
        except Exception as error:  # noqa: BLE001 -- what is wrong with one day must not stop the rest
            log.surprise("day_not_reconciled", error)
            counts["failed"] += 1
            continue
        counts["days"] += 1
        counts["recovered"] += run.recovered
        counts["opened"] += run.opened
        counts["closed"] += run.closed
    return counts


def due_days(session: Session, *, now: datetime) -> list[date]:
    """Oldest first."""
    newest = moscow_date(now - _READY_AFTER) - timedelta(days=1)
    last = {newest - timedelta(days=back) for back in range(_LAST_DAYS)}
    old = session.scalars(
        select(Difference.day)
        .where(Difference.state != DifferenceState.CLOSED, Difference.day <= newest)
        .distinct()
        .order_by(Difference.day.desc())
        .limit(_MOST_OLD_DAYS)
    )
    candidates = sorted(last | {day for day in old if day is not None})
    return [day for day in candidates if _is_due(session, day, now)]


def _is_due(session: Session, day: date, now: datetime) -> bool:
    compared_at = session.scalar(
        select(func.max(ReconciliationRun.started_at)).where(
            ReconciliationRun.day == day, ReconciliationRun.status == RunStatus.FINISHED
        )
    )
    if compared_at is None or compared_at <= now - _AGAIN_AFTER:
        return True
    statement_at = session.scalar(
        select(func.max(BankStatement.created_at)).where(
            BankStatement.since <= day, BankStatement.until >= day
        )
    )
    registry_at = session.scalar(
        select(func.max(RegistryDay.read_at)).where(
            RegistryDay.day == day, RegistryDay.source == RegistrySource.UPLOAD
        )
    )
    return any(at is not None and at > compared_at for at in (statement_at, registry_at))
