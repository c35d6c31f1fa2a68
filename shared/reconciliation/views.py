"""What the operator desk reads of statements and comparisons."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.reconciliation.statement_models import BankStatement


def statements_page(session: Session, *, offset: int, limit: int) -> tuple[Sequence[BankStatement], int]:
    """Newest first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(BankStatement)) or 0
    found = session.scalars(
        select(BankStatement).order_by(BankStatement.id.desc()).offset(offset).limit(limit)
    )
    return found.all(), total
