"""The lines of a statement, opened for a person who must tell what they are; each reading is written down."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.reconciliation.errors import StatementNotFound
from shared.reconciliation.statement_models import BankLine, BankStatement
from shared.vault import service as vault
from shared.vault.service import Sealer


class OpenedLine(NamedTuple):
    """``counterparty_name`` and ``purpose`` may name a person."""

    line: BankLine
    counterparty_name: str
    counterparty_inn: str | None
    counterparty_account: str | None
    purpose: str


def open_lines(
    session: Session, *, statement_id: UUID, unsettled: bool, reader: Actor, now: datetime
) -> list[OpenedLine]:
    """In the order in which the bank gave them.

    :param unsettled: only those that a person must look at
    :raises StatementNotFound: there is none
    """
    statement = session.get(BankStatement, statement_id)
    if statement is None:
        raise StatementNotFound
    asked = select(BankLine).where(
        BankLine.account == statement.account,
        BankLine.booked_on.between(statement.since, statement.until),
    )
    if unsettled:
        asked = asked.where(BankLine.matched_at.is_(None))
    lines = session.scalars(asked.order_by(BankLine.booked_on, BankLine.id)).all()
    audit.record(
        session,
        reader,
        "statement.read",
        entity=("bank_statement", statement.id),
        after={"lines": len(lines)},
        now=now,
    )
    return _opened(session, lines)


def _opened(session: Session, lines: Sequence[BankLine]) -> list[OpenedLine]:
    # Held while they are opened: one question to the database for all of them.
    held = vault.keys_of(session, {line.statement_id for line in lines})
    opened = [_open(session, line) for line in lines]
    del held
    return opened


def _open(session: Session, line: BankLine) -> OpenedLine:
    sealer = Sealer(vault.key_of(session, line.statement_id), table=BankLine.__tablename__, row=line.id)
    other = json.loads(sealer.open("counterparty", line.counterparty))
    return OpenedLine(
        line, other["name"], other["inn"], other["account"], sealer.open("purpose", line.purpose)
    )
