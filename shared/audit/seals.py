"""Seals: the chain's head at a moment when no line waited, signed under a key that the database doesn't know.

Each is kept twice: in the database, and as a small file outside of it, which survives whoever rules the database.
"""

import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final, NamedTuple

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from shared.audit.chain_models import AuditSeal
from shared.audit.chaining import Head
from shared.audit.hashing import as_seconds
from shared.config.keys import NamedKeys

FOLDER: Final = "audit/seals/"
CONTENT_TYPE: Final = "application/json"
_FORMAT: Final = "housler-audit-seal-1"


class SealUnreadable(Exception):
    """A file among the seals that none of them is."""


class Seal(NamedTuple):
    position: int
    hash: bytes
    sealed_at: datetime
    key_id: str
    #: HMAC-SHA-256 over all before
    code: bytes

    def is_genuine(self, keys: Mapping[str, bytes]) -> bool:
        key = keys.get(self.key_id)
        return key is not None and hmac.compare_digest(self.code, _code(self, key))


def sealed(head: Head, *, keys: NamedKeys, at: datetime) -> Seal:
    """Seal ``head`` under the active key; time doesn't go back behind its own."""
    seal = Seal(head.position, head.hash, max(at, head.chained_at), keys.active, b"")
    return seal._replace(code=_code(seal, keys.keys[keys.active]))


def newest(session: Session) -> Seal | None:
    found = session.scalars(
        select(AuditSeal).order_by(AuditSeal.position.desc(), AuditSeal.sealed_at.desc()).limit(1)
    ).one_or_none()
    return None if found is None else of(found)


def of(row: AuditSeal) -> Seal:
    return Seal(row.position, bytes(row.hash), row.sealed_at, row.key_id, bytes(row.seal))


def add(session: Session, seal: Seal) -> None:
    session.execute(
        insert(AuditSeal).values(
            position=seal.position,
            hash=seal.hash,
            sealed_at=seal.sealed_at,
            key_id=seal.key_id,
            seal=seal.code,
        )
    )


def file_key(seal: Seal) -> str:
    """Files in the order of their bytes are seals in the order of the chain and of time."""
    return f"{FOLDER}{seal.position:019d}-{seal.sealed_at.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}.json"


def to_file(seal: Seal) -> bytes:
    """One line of JSON."""
    content = {
        "position": seal.position,
        "hash": seal.hash.hex(),
        "sealed_at": seal.sealed_at.isoformat(),
        "key_id": seal.key_id,
        "seal": seal.code.hex(),
    }
    return json.dumps(content).encode()


def from_file(content: bytes) -> Seal:
    """:raises SealUnreadable: not what ``to_file`` writes"""
    try:
        read = json.loads(content)
        return Seal(
            position=int(read["position"]),
            hash=bytes.fromhex(read["hash"]),
            sealed_at=datetime.fromisoformat(read["sealed_at"]).astimezone(UTC),
            key_id=str(read["key_id"]),
            code=bytes.fromhex(read["seal"]),
        )
    except (ValueError, KeyError, TypeError, OverflowError):
        raise SealUnreadable from None


def _code(seal: Seal, key: bytes) -> bytes:
    content = [_FORMAT, seal.position, seal.hash.hex(), as_seconds(seal.sealed_at), seal.key_id]
    return hmac.digest(key, json.dumps(content, separators=(",", ":")).encode(), "sha256")
