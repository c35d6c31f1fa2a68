from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from shared.audit.chain_models import AuditLink
from tests.conftest import TestDatabase
from tests.infra.verify.logs import Attack
from tests.shared.audit.world import MINUTE, NOW, Folder, run, write


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "bucket")


@pytest.fixture
def attack(administrator: Connection, database: TestDatabase) -> Attack:
    """Runs statements as a superuser, past every trigger and foreign key, which are on again afterwards."""

    def run_it(*statements: str, **values: object) -> None:
        for switch in ("DISABLE", "ENABLE"):
            for table in ("audit_logs", "audit_chain", "audit_seals"):
                administrator.execute(text(f"ALTER TABLE {table} {switch} TRIGGER ALL"))
            for statement in statements if switch == "DISABLE" else ():
                administrator.execute(
                    text(statement), {name: each for name, each in values.items() if f":{name}" in statement}
                )
        administrator.commit()

    return run_it


@pytest.fixture
def sealed_log(app: Session, folder: Folder) -> list[str]:
    """Nine lines in three runs of a chainer, one a minute; their ids by position − 1."""
    for minute in range(3):
        write(app, 3, at=NOW + minute * MINUTE)
        run(folder, at=NOW + minute * MINUTE)
    ids = [str(each) for each in app.scalars(select(AuditLink.audit_id).order_by(AuditLink.position))]
    app.rollback()
    return ids
