"""The chain and its seals as streams: a page at a time, whatever the size of the log."""

import heapq
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import groupby, islice
from operator import itemgetter
from typing import IO, Final

from sqlalchemy import Text, cast, exists, or_, select, text, tuple_
from sqlalchemy.orm import Session

from infra.verify.chain import GRACE, ChainCheck, KeptSeal, Link
from infra.verify.findings import Report, Wrong
from shared.audit import seals
from shared.audit.chain_models import AuditLink, AuditSeal, audit_unchained
from shared.audit.hashing import LINE, Line, seconds_of
from shared.audit.seals import Seal, SealUnreadable
from shared.audit.tables import audit_logs
from shared.ports.storage import ListedStorage

_PAGE: Final = 2_000
_AT_ONCE: Final = 16
_NAMED: Final = 20


def spool_outside_seals(storage: ListedStorage, spool: IO[bytes], report: Report) -> None:
    """Write the seals that are kept outside of the database to ``spool``, one a line, in their order.

    Do it before the database is looked at: then whatever is sealed here is chained there.
    """
    keys = storage.keys(seals.FOLDER)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        while some := list(islice(keys, _AT_ONCE * 8)):
            for key, content in zip(some, pool.map(storage.get, some), strict=True):
                try:
                    seal = seals.from_file(content)
                except SealUnreadable:
                    seal = None
                if seal is None or seals.file_key(seal) != key:
                    report.add(Wrong.FORGED, f"the file {key} doesn't hold the seal that its name promises")
                    continue
                spool.write(seals.to_file(seal) + b"\n")


def one_snapshot(session: Session) -> None:
    """All that this transaction reads is of one moment, while the log grows."""
    session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))


def check_chain(session: Session, spool: IO[bytes], check: ChainCheck) -> None:
    streams: tuple[Iterator[Link | KeptSeal], ...] = (_links(session), _kept_seals(session, spool))
    for each in heapq.merge(*streams, key=_order):
        if isinstance(each, Link):
            check.link(each)
        else:
            check.seal(each)
    check.end()


def check_rest(session: Session, report: Report, *, now: datetime, minutes: int) -> None:
    """Lines that have no place in the chain after so many minutes, and those that went before they had one."""
    old = now - timedelta(minutes=minutes)
    chained = exists().where(AuditLink.audit_id == audit_logs.c.id)
    stray = (
        select(cast(audit_logs.c.id, Text))
        .where(~chained, or_(audit_logs.c.recorded_at < old, audit_logs.c.recorded_at > now + GRACE))
        .order_by(audit_logs.c.id)
        .limit(_NAMED)
    )
    for line_id in session.scalars(stray):
        sentence = f"line {line_id} has no place in the chain, and not because it is new"
        report.add(Wrong.NOT_CHAINED, sentence, line=line_id)
    gone = (
        select(cast(audit_unchained.c.audit_id, Text))
        .where(~exists().where(audit_logs.c.id == audit_unchained.c.audit_id))
        .order_by(audit_unchained.c.audit_id)
        .limit(_NAMED)
    )
    for line_id in session.scalars(gone):
        report.add(Wrong.DELETED, f"line {line_id} went before it was chained", line=line_id)


def _order(each: Link | KeptSeal) -> tuple[int, int]:
    return (each.position, 0) if isinstance(each, Link) else (each.seal.position, 1)


def _links(session: Session) -> Iterator[Link]:
    chain = AuditLink.__table__
    last = 0
    while True:
        page = session.execute(
            select(
                AuditLink.position,
                cast(AuditLink.audit_id, Text),
                AuditLink.hash,
                seconds_of(AuditLink.__table__.c.chained_at),
                *LINE,
            )
            .select_from(chain.outerjoin(audit_logs, audit_logs.c.id == AuditLink.audit_id))
            .where(AuditLink.position > last)
            .order_by(AuditLink.position)
            .limit(_PAGE)
        ).all()
        for position, line_id, hashed, chained_at, *line in page:
            yield Link(position, line_id, bytes(hashed), chained_at, Line(*line) if line[0] else None)
        if len(page) < _PAGE:
            return
        last = page[-1].position


def _kept_seals(session: Session, spool: IO[bytes]) -> Iterator[KeptSeal]:
    """Seals of both places; one that differs from its twin comes as two."""
    inside = ((_place(seal), seal, True) for seal in _seals_in_database(session))
    outside = ((_place(seal), seal, False) for seal in map(seals.from_file, spool))
    merged = heapq.merge(inside, outside, key=itemgetter(0))
    for _, twins in groupby(merged, key=itemgetter(0)):
        found = list(twins)
        places = {is_inside for _, _, is_inside in found}
        for seal in dict.fromkeys(seal for _, seal, _ in found):
            yield KeptSeal(seal, in_database=True in places, outside=False in places)


def _seals_in_database(session: Session) -> Iterator[Seal]:
    last: tuple[object, ...] | None = None
    while True:
        wanted = select(AuditSeal).order_by(AuditSeal.position, AuditSeal.sealed_at).limit(_PAGE)
        if last is not None:
            wanted = wanted.where(tuple_(AuditSeal.position, AuditSeal.sealed_at) > last)
        page = [seals.of(row) for row in session.scalars(wanted)]
        session.expunge_all()
        yield from page
        if len(page) < _PAGE:
            return
        last = _place(page[-1])


def _place(seal: Seal) -> tuple[int, datetime]:
    return seal.position, seal.sealed_at
