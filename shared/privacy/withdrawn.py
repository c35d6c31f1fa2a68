"""Whoever withdrew his consent to the processing of his data, and didn't give it again, is erased after 30 days
(152-ФЗ art. 21, part 5); where an obstacle stands, a person is told.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.observability import log
from shared.privacy import erasure
from shared.privacy.errors import ErasureRefused
from shared.tasks import service as tasks
from shared.users.consent_kinds import ConsentKind
from shared.users.consent_models import UserConsent
from shared.users.models import User, UserStatus

GRACE: Final = timedelta(days=30)
BATCH: Final = 100


def erase_due(transactions: Transactions, *, now: datetime) -> dict[str, int]:
    """Each person in a transaction of his own; ``held`` counts those with obstacles, ``error`` what went wrong."""
    with transactions() as session:
        due = _due(session, now)
    counts = {"due": len(due), "erased": 0, "held": 0, "error": 0}
    for user_id in due:
        try:
            counts[_erase(transactions, user_id, now)] += 1
        except Exception as error:  # noqa: BLE001 -- what is wrong with one person must not stop the rest
            log.surprise("erasure_failed", error)
            counts["error"] += 1
    return counts


def _erase(transactions: Transactions, user_id: UUID, now: datetime) -> str:
    try:
        with transactions() as session:
            erasure.erase(session, user_id=user_id, actor=SYSTEM, now=now)
    except ErasureRefused as refusal:
        with transactions() as session:
            reason = next(iter(refusal.errors))
            tasks.open_task(session, "erasure_held", entity=("user", user_id), reason=reason, now=now)
        return "held"
    return "erased"


def _due(session: Session, now: datetime) -> Sequence[UUID]:
    """In no order, so that those who are held don't keep the rest from their turn."""
    lives = UserConsent.withdrawn_at.is_(None)
    return session.scalars(
        select(User.id)
        .join(UserConsent, UserConsent.user_id == User.id)
        .where(UserConsent.kind == ConsentKind.PERSONAL_DATA, User.status != UserStatus.ERASED)
        .group_by(User.id)
        .having(
            func.count().filter(lives) == 0,
            func.max(UserConsent.withdrawn_at) <= now - GRACE,
        )
        .order_by(func.random())
        .limit(BATCH)
    ).all()
