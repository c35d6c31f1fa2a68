"""The life of a difference: opened when first found, aged by every run, closed by itself when it is found no more.

Who explains it takes responsibility for these two sums: with other sums it is open again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.reconciliation.errors import DifferenceNotFound, DifferenceSettled
from shared.reconciliation.found import Found
from shared.reconciliation.models import Difference, DifferenceState, Finding, ReconciliationRun
from shared.tasks import service as tasks
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

#: ages in days, each from its first number on
AGES: Final = ("0-1", "2-3", "4-7", "8+")
_LAST_OF_AGE: Final = (1, 3, 7)


class Counts(NamedTuple):
    opened: int
    closed: int
    standing: int


def apply(
    session: Session,
    run: ReconciliationRun,
    found: Sequence[Found],
    *,
    task_above_kopecks: int,
    now: datetime,
) -> Counts:
    """Compare what a run found with what stood before it.

    :param found: everything of the run's day, and everything of any day
    """
    standing = {
        (each.kind, each.subject): each
        for each in session.scalars(
            select(Difference)
            .where(
                Difference.state != DifferenceState.CLOSED,
                or_(Difference.day == run.day, Difference.day.is_(None)),
            )
            .with_for_update()
        )
    }
    opened = 0
    for each in found:
        known = standing.pop((each.kind, each.subject), None)
        if known is None:
            known = _open(session, each, now)
            opened += 1
            _tell(session, known, task_above_kopecks, now)
        elif _see(session, known, each, now):
            _tell(session, known, task_above_kopecks, now)
        session.add(
            Finding(
                run_id=run.id,
                difference_id=known.id,
                expected_kopecks=each.expected,
                actual_kopecks=each.actual,
            )
        )
    for gone in standing.values():
        _close(session, gone, now)
    session.flush()
    return Counts(opened, len(standing), len(found))


def explain(session: Session, *, difference_id: UUID, reason: str, actor: Actor, now: datetime) -> Difference:
    """A person answers for a difference; it stands until the sides agree, and asks again when its sums change.

    :param reason: kept sealed, since it may name people
    :raises DifferenceNotFound, DifferenceSettled: as they say
    """
    found = session.get(Difference, difference_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise DifferenceNotFound
    if found.state is DifferenceState.CLOSED:
        raise DifferenceSettled
    before, found.state = found.state, DifferenceState.EXPLAINED
    key = (
        vault.create_key(session, found.id, KeyOwner.RECORD, now=now)
        if found.explanation is None
        else vault.key_of(session, found.id)
    )
    found.explanation = Sealer(key, table=Difference.__tablename__, row=found.id).seal("explanation", reason)
    found.explained_by, found.explained_at = actor.user_id, now
    session.flush()
    _audit(session, found, before, actor, now)
    tasks.close_tasks(session, found.id, now=now)
    return found


def explanation_of(session: Session, difference: Difference) -> str | None:
    if difference.explanation is None:
        return None
    sealer = Sealer(vault.key_of(session, difference.id), table=Difference.__tablename__, row=difference.id)
    return sealer.open("explanation", difference.explanation)


def days_open(difference: Difference, *, at: datetime) -> int:
    """Whole Moscow days from the first run that saw it."""
    return (moscow_date(at) - moscow_date(difference.first_seen_at)).days


def age_of(days: int) -> str:
    return AGES[sum(days > last for last in _LAST_OF_AGE)]


def _open(session: Session, found: Found, now: datetime) -> Difference:
    difference = Difference(
        id=new_id(),
        kind=found.kind,
        subject=found.subject,
        terminal=found.terminal,
        day=found.day,
        expected_kopecks=found.expected,
        actual_kopecks=found.actual,
        state=DifferenceState.OPEN,
        first_seen_at=now,
        last_seen_at=now,
    )
    session.add(difference)
    session.flush()
    _audit(session, difference, None, SYSTEM, now)
    return difference


def _see(session: Session, known: Difference, found: Found, now: datetime) -> bool:
    """True where an explained one asks again."""
    changed = (known.expected_kopecks, known.actual_kopecks) != (found.expected, found.actual)
    known.last_seen_at = now
    known.expected_kopecks, known.actual_kopecks = found.expected, found.actual
    if not changed or known.state is not DifferenceState.EXPLAINED:
        return False
    before, known.state = known.state, DifferenceState.OPEN
    _audit(session, known, before, SYSTEM, now)
    return True


def _close(session: Session, gone: Difference, now: datetime) -> None:
    before, gone.state = gone.state, DifferenceState.CLOSED
    gone.closed_at = now
    _audit(session, gone, before, SYSTEM, now)
    tasks.close_tasks(session, gone.id, now=now)


def _tell(session: Session, difference: Difference, above_kopecks: int, now: datetime) -> None:
    """Open a task; what isn't a matter of two sums always needs a person."""
    expected, actual = difference.expected_kopecks, difference.actual_kopecks
    if expected is not None and actual is not None and abs((expected - actual).kopecks) <= above_kopecks:
        return
    tasks.open_task(
        session,
        "reconciliation_difference",
        entity=("difference", difference.id),
        reason=difference.kind,
        now=now,
    )


def _audit(
    session: Session, difference: Difference, before: DifferenceState | None, actor: Actor, now: datetime
) -> None:
    expected, actual = difference.expected_kopecks, difference.actual_kopecks
    audit.record(
        session,
        actor,
        f"difference.{difference.state}",
        entity=("difference", difference.id),
        before=None if before is None else {"state": before},
        after={
            "state": difference.state,
            "kind": difference.kind,
            "expected_kopecks": None if expected is None else expected.kopecks,
            "actual_kopecks": None if actual is None else actual.kopecks,
        },
        now=now,
    )
