"""Giving lines their places in the chain, beside the writers: nobody who writes a line waits for it."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from shared.audit.chain_models import AuditLink, audit_unchained
from shared.audit.hashing import GENESIS, LINE, Line, as_seconds, link_hash
from shared.audit.tables import audit_logs

#: Any constant of ours: held by the one that chains until its transaction ends.
_ONLY_CHAINER: Final = 4_205_701


class Head(NamedTuple):
    position: int
    hash: bytes
    chained_at: datetime


def is_the_only_one(session: Session) -> bool:
    """Whether this transaction may chain; False while another one does."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(_ONLY_CHAINER))))


def head(session: Session) -> Head | None:
    """The last link; None while the chain is empty."""
    found = session.execute(
        select(AuditLink.position, AuditLink.hash, AuditLink.chained_at)
        .order_by(AuditLink.position.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else Head(found.position, bytes(found.hash), found.chained_at)


def chain_waiting(session: Session, *, limit: int, now: datetime) -> int:
    """Chain the oldest lines that wait, however late they were committed; how many they were.

    Time in the chain never goes back, even where clocks do. Call it as ``is_the_only_one``.

    :param limit: at most so many, and at most some thousands (one statement carries them all)
    """
    last = head(session)
    position, before, chained_at = last or Head(0, GENESIS, now)
    chained_at = max(now, chained_at)
    links = []
    for row in session.execute(
        select(*LINE)
        .join(audit_unchained, audit_unchained.c.audit_id == audit_logs.c.id)
        .order_by(audit_logs.c.id)
        .limit(limit)
    ):
        line = Line(*row)
        position += 1
        before = link_hash(before, line, as_seconds(chained_at))
        links.append({"position": position, "audit_id": line.id, "hash": before, "chained_at": chained_at})
    if links:
        session.execute(insert(AuditLink).values(links))
        chained = [each["audit_id"] for each in links]
        session.execute(delete(audit_unchained).where(audit_unchained.c.audit_id.in_(chained)))
    return len(links)
