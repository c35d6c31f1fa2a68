"""Lines of statements meet the ledger: each proves one posting, or makes it; what is unknown is left to a person.

An operator may have told of a movement before its statement came (``operations/bank_movements``), with a reference of
his own. So a posting of the same kind and sum that no line proves yet is taken before a new one is made.
"""

from datetime import datetime, time, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.config.bank import BankSettings
from shared.kernel.clock import MOSCOW, moscow_midnight
from shared.ledger import accounts, balances, tables
from shared.ledger.accounts import Account
from shared.ledger.posting import Kind
from shared.payouts.bank_movements import BankMovement, MovementKind, record_movement
from shared.payouts.models import Payout, PayoutStatus
from shared.reconciliation.meaning import Ends, meaning_of
from shared.reconciliation.statement_models import BankLine, LineMeaning

#: a posting and its line may be so far apart: weekends, and what is told late
NEAR: Final = timedelta(days=5)
#: a payout comes back within so long
_RETURNS_WITHIN: Final = timedelta(days=60)
_NOON: Final = time(12, tzinfo=MOSCOW)

_MOVEMENTS: Final = {
    LineMeaning.PROVIDER_SETTLED: MovementKind.PROVIDER_SETTLED,
    LineMeaning.PAYOUTS_FUNDED: MovementKind.PAYOUTS_FUNDED,
    LineMeaning.FEE_SWEPT: MovementKind.FEE_SWEPT,
    LineMeaning.OWN_FUNDS_IN: MovementKind.OWN_FUNDS_IN,
}
_POSTED_ELSEWHERE: Final = {
    LineMeaning.REFUND_FUNDED: Kind.REFUND_FUNDED,
    LineMeaning.PAYOUT: Kind.PAYOUT_SUCCEEDED,
    LineMeaning.RETURNED_PAYOUT: Kind.PAYOUT_RETURNED,
    LineMeaning.DEBT_REPAID: Kind.DEBT_REPAID,
    LineMeaning.SET_OFF: Kind.SET_OFF,
}
#: nothing is posted for them
_PLAIN: Final = frozenset({LineMeaning.OWN_TRANSFER, LineMeaning.OWN_EXPENSE})


class _Found(NamedTuple):
    meaning: LineMeaning
    transaction_id: UUID | None = None
    settled: bool = True


def match(session: Session, line: BankLine, ends: Ends, ours: BankSettings, *, now: datetime) -> LineMeaning:
    """Say what a line is, and post it where the ledger doesn't know of it.

    :param line: new, or not settled yet

    :raises KeyReused: the bank's reference was posted before with other content
    """
    meant = meaning_of(ends, ours)
    for candidate in meant.candidates:
        found = _try(session, line, candidate, meant.terminal, now)
        if found is not None:
            line.meaning, line.ledger_transaction_id = found.meaning, found.transaction_id
            line.terminal = meant.terminal
            line.matched_at = now if found.settled else None
            break
    session.flush()
    return line.meaning


def _try(
    session: Session, line: BankLine, meaning: LineMeaning, terminal: str | None, now: datetime
) -> _Found | None:
    if meaning in _PLAIN:
        return _Found(meaning)
    if meaning in _MOVEMENTS:
        return _move(session, line, meaning, terminal, now)
    posted = _unproved(session, line, _POSTED_ELSEWHERE[meaning], _place(meaning, terminal))
    if posted is not None:
        return _Found(meaning, posted)
    if meaning is LineMeaning.RETURNED_PAYOUT and _may_have_come_back(session, line):
        return _Found(meaning, settled=False)
    return None


def _move(
    session: Session, line: BankLine, meaning: LineMeaning, terminal: str | None, now: datetime
) -> _Found | None:
    kind = _MOVEMENTS[meaning]
    posted = _unproved(session, line, Kind(kind.value), _place(meaning, terminal))
    if posted is not None:
        return _Found(meaning, posted)
    if meaning is LineMeaning.PROVIDER_SETTLED and _more_than_collected(session, line, terminal):
        return None
    movement = BankMovement(
        kind=kind,
        provider=terminal,
        amount=line.amount_kopecks,
        reference=line.reference,
        occurred_at=datetime.combine(line.booked_on, _NOON),
    )
    return _Found(meaning, record_movement(session, movement, now=now).transaction_id)


def _place(meaning: LineMeaning, terminal: str | None) -> Account:
    """The account that tells this posting from others of its kind."""
    match meaning:
        case LineMeaning.PROVIDER_SETTLED:
            return accounts.provider_clearing(terminal or "")
        case LineMeaning.PAYOUTS_FUNDED:
            return accounts.payout_float(terminal or "")
        case LineMeaning.REFUND_FUNDED | LineMeaning.PAYOUT | LineMeaning.RETURNED_PAYOUT:
            return accounts.client_bank()
        case _:
            return accounts.platform_cash()


def _more_than_collected(session: Session, line: BankLine, terminal: str | None) -> bool:
    """A provider can't settle what it hasn't collected: then the line is something else, or payments are missing."""
    return line.amount_kopecks > balances.balance_of(session, accounts.provider_clearing(terminal or ""))


def _unproved(session: Session, line: BankLine, kind: Kind, account: Account) -> UUID | None:
    """The nearest posting of this kind and sum that no line proves yet."""
    transactions, entries = tables.transactions, tables.entries
    noon = datetime.combine(line.booked_on, _NOON)
    candidates = session.execute(
        select(transactions.c.id, transactions.c.occurred_at)
        .join(entries, entries.c.transaction_id == transactions.c.id)
        .join(tables.accounts, tables.accounts.c.id == entries.c.account_id)
        .where(
            transactions.c.kind == kind.value,
            tables.accounts.c.key == account.key,
            entries.c.amount_kopecks == line.amount_kopecks,
            transactions.c.occurred_at.between(noon - NEAR, noon + NEAR),
            ~exists().where(BankLine.ledger_transaction_id == transactions.c.id),
        )
    ).all()
    nearest = min(candidates, key=lambda each: abs(each.occurred_at - noon), default=None)
    return None if nearest is None else UUID(str(nearest.id))


def _may_have_come_back(session: Session, line: BankLine) -> bool:
    since = moscow_midnight(line.booked_on) - _RETURNS_WITHIN
    return bool(
        session.scalar(
            select(
                exists().where(
                    Payout.status == PayoutStatus.SUCCEEDED,
                    Payout.amount_kopecks == line.amount_kopecks,
                    Payout.final_at >= since,
                )
            )
        )
    )
