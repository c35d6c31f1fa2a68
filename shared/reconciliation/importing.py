"""A bank's statement is taken: once per file, each line once in however many files, and its meaning found at once."""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.config import bank
from shared.config.bank import BankSettings
from shared.kernel.identifiers import new_id
from shared.reconciliation import matching, reading_exchange, reading_tables
from shared.reconciliation.errors import AccountUnknown
from shared.reconciliation.meaning import Ends
from shared.reconciliation.statement import Statement, StatementLine
from shared.reconciliation.statement_models import BankLine, BankStatement, LineMeaning, StatementFormat
from shared.vault import service as vault
from shared.vault.models import KeyOwner
from shared.vault.service import Sealer

#: what a person must look at
DOUBTFUL: Final = frozenset({LineMeaning.UNKNOWN, LineMeaning.RETURNED_PAYOUT})
#: one statement of an account after another
_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('bank_statements:' || :account, 0))")


class TakenStatement(NamedTuple):
    statement: BankStatement
    #: lines of this file that a person must look at
    doubtful: int
    #: this very file was taken before, and nothing was done
    already_taken: bool


def take_statement(session: Session, content: bytes, *, actor: Actor, now: datetime) -> TakenStatement:
    """Read, keep and match a statement of one of our accounts; what overlaps an earlier one isn't doubled.

    :param content: a file of the 1C exchange, or CSV (``reading_tables``)
    :raises FileUnreadable: neither; bad lines are named
    :raises StatementUneven: its sums contradict each other
    :raises AccountUnknown: not an account of ours
    """
    form, read = _read(content)
    ours = bank.load()
    if read.account not in {ours.client_account, ours.platform_account}:
        raise AccountUnknown
    session.execute(_LOCK, {"account": read.account})
    sha256 = hashlib.sha256(content).digest()
    known = session.scalars(
        select(BankStatement).where(BankStatement.account == read.account, BankStatement.sha256 == sha256)
    ).one_or_none()
    if known is not None:
        return TakenStatement(known, _doubtful(session, read), already_taken=True)
    statement = _keep(session, read, form, sha256, ours, actor, now)
    audit.record(
        session,
        actor,
        "statement.taken",
        entity=("bank_statement", statement.id),
        after={
            "since": read.since.isoformat(),
            "until": read.until.isoformat(),
            "closing_kopecks": read.closing.kopecks,
            "lines_new": statement.lines_new,
            "lines_known": statement.lines_known,
        },
        now=now,
    )
    return TakenStatement(statement, _doubtful(session, read), already_taken=False)


def ends_of(session: Session, line: BankLine) -> Ends:
    """Opened: the other end may be a person."""
    sealer = Sealer(vault.key_of(session, line.statement_id), table=BankLine.__tablename__, row=line.id)
    other = json.loads(sealer.open("counterparty", line.counterparty))
    return Ends(line.account, line.incoming, other["account"], other["inn"])


def _read(content: bytes) -> tuple[StatementFormat, Statement]:
    if content.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(reading_exchange.SIGNATURE.encode()):
        return StatementFormat.EXCHANGE_1C, reading_exchange.read(content)
    return StatementFormat.CSV, reading_tables.read_statement(content)


def _keep(
    session: Session,
    read: Statement,
    form: StatementFormat,
    sha256: bytes,
    ours: BankSettings,
    actor: Actor,
    now: datetime,
) -> BankStatement:
    if actor.user_id is None:
        raise AssertionError("a statement is brought by a person")
    stored = _stored(session, read)
    numbered = _with_ordinals(read.lines)
    new = [(line, reference) for line, reference in numbered if reference not in stored]
    statement = BankStatement(
        id=new_id(),
        account=read.account,
        format=form,
        sha256=sha256,
        since=read.since,
        until=read.until,
        opening_kopecks=read.opening,
        closing_kopecks=read.closing,
        incoming_kopecks=read.incoming,
        outgoing_kopecks=read.outgoing,
        lines_new=len(new),
        lines_known=len(numbered) - len(new),
        uploaded_by=actor.user_id,
        created_at=now,
    )
    session.add(statement)
    key = vault.create_key(session, statement.id, KeyOwner.RECORD, now=now)
    session.flush()
    for line, reference in new:
        line_id = new_id()
        kept = _line(
            statement,
            line,
            reference.ordinal,
            line_id,
            Sealer(key, table=BankLine.__tablename__, row=line_id),
        )
        session.add(kept)
        session.flush()
        ends = Ends(read.account, line.incoming, line.counterparty_account, line.counterparty_inn)
        matching.match(session, kept, ends, ours, now=now)
    return statement


class _Reference(NamedTuple):
    """The bank's own: see ``BankLine``."""

    booked_on: object
    incoming: bool
    number: str
    kopecks: int
    ordinal: int


def _with_ordinals(lines: Sequence[StatementLine]) -> list[tuple[StatementLine, _Reference]]:
    met: Counter[tuple[object, ...]] = Counter()
    found = []
    for line in lines:
        same = (line.booked_on, line.incoming, line.number, line.amount.kopecks)
        met[same] += 1
        found.append((line, _Reference(*same, met[same])))
    return found


def _stored(session: Session, read: Statement) -> dict[_Reference, BankLine]:
    lines = session.scalars(
        select(BankLine).where(
            BankLine.account == read.account, BankLine.booked_on.between(read.since, read.until)
        )
    )
    return {
        _Reference(
            line.booked_on, line.incoming, line.number, line.amount_kopecks.kopecks, line.ordinal
        ): line
        for line in lines
    }


def _line(
    statement: BankStatement, line: StatementLine, ordinal: int, line_id: UUID, sealer: Sealer
) -> BankLine:
    other = {
        "account": line.counterparty_account,
        "inn": line.counterparty_inn,
        "name": line.counterparty_name,
    }
    return BankLine(
        id=line_id,
        statement_id=statement.id,
        account=statement.account,
        booked_on=line.booked_on,
        incoming=line.incoming,
        number=line.number,
        amount_kopecks=line.amount,
        ordinal=ordinal,
        counterparty=sealer.seal("counterparty", json.dumps(other, ensure_ascii=False)),
        purpose=sealer.seal("purpose", line.purpose),
        meaning=LineMeaning.UNKNOWN,
        created_at=statement.created_at,
    )


def _doubtful(session: Session, read: Statement) -> int:
    stored = _stored(session, read)
    return sum(stored[reference].meaning in DOUBTFUL for _line, reference in _with_ordinals(read.lines))
