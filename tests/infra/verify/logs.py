"""What is asked of a verified log, and the work of a thorough attacker."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, select

from infra.verify import audit as command
from infra.verify.findings import Report, Wrong
from shared.audit.chain_models import AuditLink
from shared.audit.hashing import GENESIS, LINE, Line, link_hash, seconds_of
from shared.audit.tables import audit_logs
from shared.config import audit
from tests.shared.audit.world import MINUTE, NOW, Folder

LATER = NOW + timedelta(hours=5)
Attack = Callable[..., None]


def verify(
    folder: Folder, *, at: datetime = NOW + 3 * MINUTE, keys: dict[str, bytes] | None = None
) -> Report:
    return command.verify(folder, keys or audit.seal_keys().keys, now=at, minutes=20)


def found(report: Report) -> list[tuple[Wrong, int | None]]:
    assert report.found == len(report.findings)
    return [(each.wrong, each.position) for each in report.findings]


def first(report: Report) -> tuple[Wrong, int | None, str | None]:
    assert report.first is not None
    return report.first.wrong, report.first.position, report.first.line_id


def chain_anew(administrator: Connection, attack: Attack) -> None:
    """What a thorough attacker does: every hash is made again from the lines as they are."""
    rows = administrator.execute(
        select(AuditLink.position, seconds_of(AuditLink.__table__.c.chained_at), *LINE)
        .join(audit_logs, audit_logs.c.id == AuditLink.audit_id)
        .order_by(AuditLink.position)
    ).all()
    before, hashes = GENESIS, []
    for position, chained_at, *line in rows:
        before = link_hash(before, Line(*line), chained_at)
        hashes.append({"position": position, "hash": before.hex()})
    attack(
        "UPDATE audit_chain c SET hash = decode(n.hash, 'hex')"
        " FROM json_to_recordset(:hashes) n(position bigint, hash text) WHERE n.position = c.position",
        hashes=json.dumps(hashes),
    )
