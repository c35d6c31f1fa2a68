"""A provider's registry of a day is kept as a whole; what it charges beside its operations is posted."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.config import tbank, terminals
from shared.kernel.clock import moscow_date
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money, total
from shared.ledger import flows
from shared.ledger.posting import Cause
from shared.ports.registry import RegistryKind, RegistryLine
from shared.reconciliation import reading_tables, reading_tbank
from shared.reconciliation.errors import TerminalUnknown
from shared.reconciliation.registry_models import RegistryDay, RegistrySource, StoredRegistryLine

_LOCK: Final = text("SELECT pg_advisory_xact_lock(hashtextextended('registry:' || :terminal, 0))")


def take_registry(session: Session, content: bytes, *, actor: Actor, now: datetime) -> list[RegistryDay]:
    """A file that staff brought, for terminals that can't be asked; each of its days replaces what was known of it.

    :param content: CSV of our own form (``reading_tables``) or T-Bank's (``reading_tbank``)
    :raises FileUnreadable: not such a file; bad lines are named
    :raises TerminalUnknown: a terminal that isn't configured
    """
    kept = []
    for terminal, lines in sorted(_read(content).items()):
        if terminal not in terminals.load().by_name:
            raise TerminalUnknown(terminal)
        days = {moscow_date(line.occurred_at) for line in lines}
        for day in sorted(days):
            of_day = [line for line in lines if moscow_date(line.occurred_at) == day]
            kept.append(keep_day(session, terminal, day, of_day, source=RegistrySource.UPLOAD, now=now))
    for each in kept:
        audit.record(
            session,
            actor,
            "registry.taken",
            entity=("registry_day", each.id),
            after={
                "terminal": each.terminal,
                "day": each.day.isoformat(),
                "lines": each.lines,
                "net_kopecks": each.net.kopecks,
            },
            now=now,
        )
    return kept


def _read(content: bytes) -> dict[str, list[RegistryLine]]:
    if reading_tbank.is_one(content):
        return reading_tbank.read(
            content, {each.terminal_key: name for name, each in tbank.load_terminals().items()}
        )
    return reading_tables.read_registry(content)


def keep_day(
    session: Session,
    terminal: str,
    day: date,
    lines: Sequence[RegistryLine],
    *,
    source: RegistrySource,
    now: datetime,
) -> RegistryDay:
    """Replace a day of a terminal's registry.

    :raises KeyReused: a charge of the provider's own was told before with another sum
    """
    session.execute(_LOCK, {"terminal": terminal})
    session.execute(
        delete(StoredRegistryLine).where(
            StoredRegistryLine.terminal == terminal, StoredRegistryLine.day == day
        )
    )
    if lines:
        made = insert(StoredRegistryLine).values([_row(terminal, day, line) for line in lines])
        changed = {
            name: made.excluded[name]
            for name in (
                "day",
                "payment_id",
                "order_id",
                "amount_kopecks",
                "charge_kopecks",
                "occurred_at",
                "bank_deal",
            )
        }
        session.execute(
            made.on_conflict_do_update(index_elements=["terminal", "kind", "operation_id"], set_=changed)
        )
    _post_charges(session, terminal, lines, now)
    return _summed(session, terminal, day, lines, source, now)


def _row(terminal: str, day: date, line: RegistryLine) -> dict[str, object]:
    return {
        "id": new_id(),
        "terminal": terminal,
        "day": day,
        "kind": line.kind,
        "operation_id": line.operation_id,
        "payment_id": line.payment_id,
        "order_id": line.order_id,
        "amount_kopecks": line.amount,
        "charge_kopecks": line.charge,
        "occurred_at": line.occurred_at,
        "bank_deal": line.bank_deal,
    }


def _post_charges(session: Session, terminal: str, lines: Sequence[RegistryLine], now: datetime) -> None:
    """The platform's cost, made up for at once as any charge is."""
    for line in lines:
        if line.kind is not RegistryKind.CHARGE or line.charge == Money.zero():
            continue
        reference = f"registry:{terminal}:{line.operation_id}"
        charged = flows.provider_charge(
            session,
            provider=terminal,
            reference=reference,
            charge=line.charge,
            occurred_at=line.occurred_at,
            cause=Cause(),
        )
        flows.charge_covered(
            session, reference=reference, charge=line.charge, occurred_at=line.occurred_at, cause=Cause()
        )
        if not charged.already_posted:
            audit.record(
                session,
                SYSTEM,
                "registry.charge_posted",
                entity=("ledger_transaction", charged.transaction_id),
                after={"charge_kopecks": line.charge.kopecks},
                now=now,
            )


def _summed(
    session: Session,
    terminal: str,
    day: date,
    lines: Sequence[RegistryLine],
    source: RegistrySource,
    now: datetime,
) -> RegistryDay:
    found = session.scalars(
        select(RegistryDay).where(RegistryDay.terminal == terminal, RegistryDay.day == day).with_for_update()
    ).one_or_none()
    if found is None:
        found = RegistryDay(id=new_id(), terminal=terminal, day=day)
        session.add(found)
    found.source = source
    found.paid_kopecks = _sum(lines, RegistryKind.PAYMENT)
    found.refunded_kopecks = _sum(lines, RegistryKind.REFUND)
    found.charge_kopecks = total([line.charge for line in lines])
    found.in_deals_kopecks = total([_net(line) for line in lines if line.bank_deal is not None])
    found.lines = len(lines)
    found.read_at = now
    session.flush()
    return found


def _sum(lines: Sequence[RegistryLine], kind: RegistryKind) -> Money:
    return total([line.amount for line in lines if line.kind is kind])


def _net(line: RegistryLine) -> Money:
    if line.kind is RegistryKind.REFUND:
        return Money.zero() - line.amount - line.charge
    return line.amount - line.charge
