"""What the operator desk alone knows: statements, comparisons, differences."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.reconciliation.models import (
    Difference,
    DifferenceKind,
    DifferenceState,
    ReconciliationRun,
    RunStatus,
)
from shared.reconciliation.statement_models import BankStatement, StatementFormat
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.functions.access.world import Relation, World


def desk_objects(session: Session, world: World, now: datetime) -> dict[str, dict[Relation, dict[str, str]]]:
    """A statement, a comparison, a difference and a task: nobody's, and so staff's whoever asks."""
    day = moscow_date(now) - timedelta(days=9)
    run = ReconciliationRun(id=new_id(), day=day, status=RunStatus.FINISHED, started_at=now)
    difference = Difference(
        id=new_id(),
        kind=DifferenceKind.COVER_SHORT,
        subject="ledger",
        state=DifferenceState.OPEN,
        first_seen_at=now,
        last_seen_at=now,
    )
    statement = BankStatement(
        id=new_id(),
        account="40702810900000000001",
        format=StatementFormat.CSV,
        sha256=bytes(32),
        since=day,
        until=day,
        opening_kopecks=Money.zero(),
        closing_kopecks=Money.zero(),
        incoming_kopecks=Money.zero(),
        outgoing_kopecks=Money.zero(),
        lines_new=0,
        lines_known=0,
        uploaded_by=world.cases[Relation.OWN].agent.id,
        created_at=now,
    )
    task = OperatorTask(
        id=new_id(),
        kind="sms_account",
        entity_kind="outside",
        entity_id=new_id(),
        reason="balance_low",
        status=TaskStatus.OPEN,
        created_at=now,
    )
    session.add_all([run, difference, statement, task])
    session.flush()
    made = {
        "run_id": run.id,
        "difference_id": difference.id,
        "statement_id": statement.id,
        "task_id": task.id,
    }
    return {
        name: {Relation.OWN: {name: str(found)}, Relation.ABSENT: {name: str(new_id())}}
        for name, found in made.items()
    }
