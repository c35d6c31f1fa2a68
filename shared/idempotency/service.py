"""Idempotency keys of callers: kept 30 days, written in the transaction of the effect (``product/api.md``)."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.idempotency.models import IdempotencyKey
from shared.kernel.errors import Conflict, Invalid
from shared.kernel.identifiers import new_id
from shared.vault import service as vault
from shared.vault.models import KeyOwner

_KEPT: Final = timedelta(days=30)
_LEASE: Final = timedelta(seconds=60)
_TABLE: Final = IdempotencyKey.__tablename__


class KeyReused(Invalid):
    code = "idempotency_key_reused"

    def __init__(self) -> None:
        super().__init__("Этот Idempotency-Key уже использован для другого запроса.")


class StillRunning(Conflict):
    code = "still_running"
    retry_after_seconds = 2

    def __init__(self) -> None:
        super().__init__("Этот запрос ещё выполняется. Повторите через несколько секунд.")


class StoredAnswer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: str


def begin(
    session: Session, *, scope: str, key: str, content_hash: bytes, lease: bool, now: datetime
) -> UUID | StoredAnswer:
    """Claim the key, or give the answer it already has.

    A repeat that arrives while the first is in its one transaction waits on the unique index for its end.

    :param lease: the operation has two transactions: whoever comes meanwhile is told to wait
    :raises KeyReused: the key belongs to another body
    :raises StillRunning: an operation of two transactions hasn't ended
    """
    record_id = new_id()
    claimed = session.execute(
        insert(IdempotencyKey)
        .values(
            id=record_id,
            scope=scope,
            key=key,
            content_hash=content_hash,
            leased_until=now + _LEASE if lease else None,
            created_at=now,
            expires_at=now + _KEPT,
        )
        .on_conflict_do_nothing(index_elements=["scope", "key"])
        .returning(IdempotencyKey.id)
    ).scalar()
    if claimed is not None:
        return claimed
    return _known(session, scope, key, content_hash, now + _LEASE if lease else None, now)


def _known(
    session: Session,
    scope: str,
    key: str,
    content_hash: bytes,
    leased_until: datetime | None,
    now: datetime,
) -> UUID | StoredAnswer:
    found = session.scalars(
        select(IdempotencyKey)
        .where(IdempotencyKey.scope == scope, IdempotencyKey.key == key)
        .with_for_update()
    ).one_or_none()
    if found is None:  # released between the two statements
        raise StillRunning
    if found.expires_at <= now:
        return _begun_anew(session, found, content_hash, leased_until, now)
    if found.content_hash != content_hash:
        raise KeyReused
    if found.answer_status is None:
        if found.leased_until is not None and found.leased_until > now:
            raise StillRunning
        # A new id: whoever held the lease before finds his record gone, and neither ends nor frees this one.
        found.id = new_id()
        found.leased_until = leased_until
        session.flush()
        return found.id
    if found.answer_body is None:
        raise StillRunning
    sealer = vault.Sealer(vault.key_of(session, found.id), table=_TABLE, row=found.id)
    return StoredAnswer(
        found.answer_status, dict(found.answer_headers or {}), sealer.open("answer_body", found.answer_body)
    )


def _begun_anew(
    session: Session,
    record: IdempotencyKey,
    content_hash: bytes,
    leased_until: datetime | None,
    now: datetime,
) -> UUID:
    """A key is kept 30 days; used after that, it is a new one."""
    vault.destroy(session, [record.id], now=now)
    record.id = new_id()
    record.content_hash = content_hash
    record.leased_until = leased_until
    record.answer_status = record.answer_headers = record.answer_body = None
    record.created_at = now
    record.expires_at = now + _KEPT
    session.flush()
    return record.id


def finish(session: Session, record_id: UUID, *, status: int, headers: dict[str, str], body: str) -> None:
    """Keep the answer, unless the lease has passed and another took over: then his is kept."""
    record = session.get(IdempotencyKey, record_id, with_for_update=True)
    if record is None:
        return
    key = vault.create_key(session, record_id, KeyOwner.RECORD, now=record.created_at)
    record.answer_status = status
    record.answer_headers = headers
    record.answer_body = vault.Sealer(key, table=_TABLE, row=record_id).seal("answer_body", body)
    record.leased_until = None


def release(session: Session, record_id: UUID) -> None:
    """Forget a refused request, so that the same key may be tried again; another's record stays."""
    session.execute(
        delete(IdempotencyKey).where(IdempotencyKey.id == record_id, IdempotencyKey.answer_status.is_(None))
    )


def purge(session: Session, *, limit: int, now: datetime) -> int:
    """Remove one batch of expired keys, and what unseals their answers; how many there were."""
    expired = (
        select(IdempotencyKey.id)
        .where(IdempotencyKey.expires_at <= now)
        .order_by(IdempotencyKey.expires_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = session.scalars(expired).all()
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.id.in_(ids)))
    vault.destroy(session, ids, now=now)
    return len(ids)
