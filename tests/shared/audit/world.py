"""Lines of the log, the chainer's runs, and a bucket that is a folder of the test."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, unquote
from uuid import uuid4

from sqlalchemy.orm import Session

from shared.audit import sealing, service
from shared.audit.service import Actor
from shared.config import audit
from shared.db.session import Transactions
from shared.kernel.identifiers import new_id

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Folder:
    """``ObjectStorage`` on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(exist_ok=True)

    def put(self, key: str, content: bytes, *, content_type: str) -> None:
        """Whole or not at all, as a bucket does."""
        whole = self.path.with_name(f"{self.path.name}-{uuid4()}")
        whole.write_bytes(content)
        whole.rename(self.path / quote(key, safe=""))

    def get(self, key: str) -> bytes:
        try:
            return (self.path / quote(key, safe="")).read_bytes()
        except FileNotFoundError:
            raise KeyError(key) from None

    def keys(self, prefix: str) -> Iterator[str]:
        found = sorted(unquote(each.name) for each in self.path.iterdir())
        yield from (key for key in found if key.startswith(prefix))

    def remove(self, key: str) -> None:
        (self.path / quote(key, safe="")).unlink()


def write(session: Session, count: int = 1, *, at: datetime = NOW, action: str = "deal.submitted") -> None:
    """Lines that are committed."""
    for _ in range(count):
        record(session, at=at, action=action)
    session.commit()


def record(session: Session, *, at: datetime = NOW, action: str = "deal.submitted") -> None:
    service.record(
        session,
        Actor(new_id(), "203.0.113.7", "Браузер/1.0"),
        action,
        entity=("deal", new_id()),
        before={"status": "draft", "revision": 0},
        after={"status": "submitted", "revision": 1, "urgent": False, "reason": None},
        now=at,
    )


def run(storage: Folder, *, at: datetime = NOW) -> dict[str, int]:
    return sealing.chain_and_seal(Transactions(), storage=storage, keys=audit.seal_keys(), now=at)
