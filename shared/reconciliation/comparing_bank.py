"""The bank's statements against each other and against the ledger, and settlements against the registries."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from shared.config.bank import BankSettings
from shared.config.reconciliation import ReconciliationSettings
from shared.kernel.clock import moscow_date, moscow_midnight
from shared.kernel.money import Money
from shared.reconciliation import found, settling
from shared.reconciliation.found import Found
from shared.reconciliation.matching import NEAR
from shared.reconciliation.models import DifferenceKind
from shared.reconciliation.registry_models import RegistryDay
from shared.reconciliation.statement_models import BankLine, BankStatement, LineMeaning

_SATURDAY: Final = 5
# What the ledger has on the clients' bank account before a moment, less what it moved there from the platform's money
# and back: that cash follows later, by a transfer whose line is ``own_transfer`` or ``set_off``.
_LEDGER_BALANCE: Final = text(
    """
    SELECT coalesce(sum(CASE e.side WHEN 'debit' THEN e.amount_kopecks ELSE -e.amount_kopecks END), 0)::bigint
    FROM ledger_entries e
    JOIN ledger_accounts a ON a.id = e.account_id AND a.kind = 'client_bank'
    JOIN ledger_transactions t ON t.id = e.transaction_id
    WHERE t.occurred_at < :before AND t.kind NOT IN ('charge_covered', 'set_off')
    """
)
_COVERED: Final = text(
    """
    SELECT coalesce(sum(e.amount_kopecks), 0)::bigint
    FROM ledger_entries e
    JOIN ledger_accounts a ON a.id = e.account_id AND a.kind = 'client_bank'
    JOIN ledger_transactions t ON t.id = e.transaction_id
    WHERE t.kind = 'charge_covered' AND t.occurred_at < :before
    """
)
_WITHOUT_LINE: Final = text(
    """
    SELECT t.id, sum(e.amount_kopecks)::bigint
    FROM ledger_transactions t
    JOIN ledger_entries e ON e.transaction_id = t.id
    JOIN ledger_accounts a ON a.id = e.account_id AND a.kind = 'client_bank'
    WHERE t.kind IN ('provider_settled', 'payouts_funded', 'fee_swept', 'refund_funded', 'payout_succeeded',
                     'payout_returned')
      AND t.occurred_at >= :since AND t.occurred_at < :before
      AND NOT EXISTS (SELECT FROM bank_lines l WHERE l.ledger_transaction_id = t.id)
    GROUP BY t.id
    ORDER BY t.id
    """
)


def compare_day(session: Session, day: date, ours: BankSettings) -> list[Found]:
    """What a day's statements say; nothing where no account of clients' money is configured."""
    account = ours.client_account
    if account is None:
        return []
    differences = [*_gap(session, account, day), *_changed_lines(session, account, day)]
    closing = _closing(session, account, day)
    if closing is not None:
        differences += _balance(session, account, day, closing)
    elif _is_due(session, account, day):
        differences.append(found.of(DifferenceKind.STATEMENT_MISSING, day.isoformat()))
    return [each._replace(day=day) for each in differences]


def compare_ever(
    session: Session, ours: BankSettings, settings: ReconciliationSettings, *, now: datetime
) -> list[Found]:
    """Lines that nobody understands, postings that no line proves, settlements that are wrong or late."""
    differences = [*_unknown_lines(session), *_settlements(session), *_late(session, settings, now)]
    if ours.client_account is not None:
        differences += _without_line(session, ours.client_account)
        differences += _not_transferred(session, ours.client_account, settings)
    return differences


def _gap(session: Session, account: str, day: date) -> Iterator[Found]:
    """A statement begins with what the one before it ended with."""
    before = session.scalars(
        select(BankStatement)
        .where(BankStatement.account == account, BankStatement.until == day - timedelta(days=1))
        .order_by(BankStatement.created_at.desc())
        .limit(1)
    ).one_or_none()
    for statement in session.scalars(
        select(BankStatement).where(BankStatement.account == account, BankStatement.since == day)
    ):
        if before is not None and statement.opening_kopecks != before.closing_kopecks:
            yield found.of(
                DifferenceKind.STATEMENT_GAP, statement.id, before.closing_kopecks, statement.opening_kopecks
            )


def _changed_lines(session: Session, account: str, day: date) -> Iterator[Found]:
    """The bank gave a day's lines otherwise than before: one is gone, or was changed."""
    for statement in session.scalars(
        select(BankStatement).where(BankStatement.account == account, BankStatement.until == day)
    ):
        stored = _turnover(session, account, statement.since, statement.until)
        told = statement.incoming_kopecks - statement.outgoing_kopecks
        if stored != told:
            yield found.of(DifferenceKind.STATEMENT_LINES, statement.id, told, stored)


def _balance(session: Session, account: str, day: date, closing: Money) -> Iterator[Found]:
    before = moscow_midnight(day + timedelta(days=1))
    ledger = Money(session.execute(_LEDGER_BALANCE, {"before": before}).scalar_one())
    transferred = _transferred(session, account, until=day)
    # Lines that aren't understood yet are differences of their own.
    unknown = _signed(session, account, BankLine.matched_at.is_(None), BankLine.booked_on <= day)
    expected = closing - transferred - unknown
    if expected != ledger:
        yield found.of(DifferenceKind.BANK_BALANCE, day.isoformat(), expected, ledger)


def _closing(session: Session, account: str, day: date) -> Money | None:
    """The bank's balance at a day's end; None where no statement covers the day."""
    statement = session.scalars(
        select(BankStatement)
        .where(BankStatement.account == account, BankStatement.since <= day, BankStatement.until >= day)
        .order_by(BankStatement.created_at.desc())
        .limit(1)
    ).one_or_none()
    if statement is None:
        return None
    return statement.closing_kopecks - _turnover(session, account, day + timedelta(days=1), statement.until)


def _is_due(session: Session, account: str, day: date) -> bool:
    """Banks close no day at weekends: that is missed only once a later day is there."""
    if day.weekday() < _SATURDAY:
        return True
    later = select(BankStatement.id).where(BankStatement.account == account, BankStatement.since > day)
    return session.scalars(later.limit(1)).one_or_none() is not None


def _turnover(session: Session, account: str, since: date, until: date) -> Money:
    return _signed(session, account, BankLine.booked_on.between(since, until))


def _transferred(session: Session, account: str, *, until: date | None = None) -> Money:
    """From the platform's account to the clients', less what went the other way for set-offs."""
    conditions: list[ColumnElement[bool]] = [
        BankLine.meaning.in_([LineMeaning.OWN_TRANSFER, LineMeaning.SET_OFF])
    ]
    if until is not None:
        conditions.append(BankLine.booked_on <= until)
    return _signed(session, account, *conditions)


def _signed(session: Session, account: str, *conditions: ColumnElement[bool]) -> Money:
    """Incoming less outgoing."""
    rows = session.execute(
        select(BankLine.incoming, func.sum(BankLine.amount_kopecks))
        .where(BankLine.account == account, *conditions)
        .group_by(BankLine.incoming)
    )
    sums = {row[0]: row[1] for row in rows}
    return sums.get(True, Money.zero()) - sums.get(False, Money.zero())


def _unknown_lines(session: Session) -> Iterator[Found]:
    for line in session.scalars(select(BankLine).where(BankLine.matched_at.is_(None))):
        yield found.of(DifferenceKind.BANK_LINE_UNKNOWN, line.id, line.amount_kopecks, Money.zero())


def _without_line(session: Session, account: str) -> Iterator[Found]:
    """Only where the statements go on beyond the posting: its line may come late."""
    covered = _covered(session, account)
    if covered is None:
        return
    first, last = covered
    bounds = {"since": moscow_midnight(first), "before": moscow_midnight(last + timedelta(days=1)) - NEAR}
    for transaction_id, kopecks in session.execute(_WITHOUT_LINE, bounds):
        yield found.of(DifferenceKind.POSTING_WITHOUT_LINE, transaction_id, Money.zero(), Money(kopecks))


def _settlements(session: Session) -> Iterator[Found]:
    for settlement in settling.settlements(session):
        if settlement.expected != settlement.came:
            differs = found.of(
                DifferenceKind.SETTLEMENT_AMOUNT, settlement.line_id, settlement.expected, settlement.came
            )
            yield differs._replace(terminal=settlement.terminal)


def _late(session: Session, settings: ReconciliationSettings, now: datetime) -> Iterator[Found]:
    due = moscow_date(now) - timedelta(days=settings.settled_within_days)
    for day in session.scalars(
        select(RegistryDay).where(RegistryDay.settled_by.is_(None), RegistryDay.day < due)
    ):
        if day.net > Money.zero():
            late = found.of(
                DifferenceKind.SETTLEMENT_LATE, f"{day.terminal}:{day.day}", day.net, Money.zero()
            )
            yield late._replace(terminal=day.terminal)


def _not_transferred(session: Session, account: str, settings: ReconciliationSettings) -> Iterator[Found]:
    """The platform owes the clients' account what providers kept: the books say so at once, its transfer must follow."""
    covered = _covered(session, account)
    if covered is None:
        return
    before = moscow_midnight(covered[1] - timedelta(days=settings.settled_within_days))
    owed = Money(session.execute(_COVERED, {"before": before}).scalar_one())
    came = _signed(session, account, BankLine.meaning == LineMeaning.OWN_TRANSFER)
    if owed > came:
        yield found.of(DifferenceKind.CHARGES_NOT_TRANSFERRED, "client_bank", owed, came)


def _covered(session: Session, account: str) -> tuple[date, date] | None:
    """From the first day to the last that any statement covers."""
    first = session.scalar(select(func.min(BankStatement.since)).where(BankStatement.account == account))
    last = session.scalar(select(func.max(BankStatement.until)).where(BankStatement.account == account))
    return None if first is None or last is None else (first, last)
