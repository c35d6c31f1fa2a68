"""An account at any moment, and its statement: lines in the order of their happening, with the balance after each.

Two dates: ``occurred_at`` is the provider's, ``recorded_at`` ours. A statement is read page by page as it was known when
its first page was asked for: what is written down meanwhile doesn't shift it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger.accounts import Account
from shared.ledger.posting import Kind

MOST_LINES: Final = 100
_INSTANT: Final = timedelta(microseconds=1)

_AT: Final = text(
    """
    SELECT CASE a.normal_side WHEN 'credit' THEN 1 ELSE -1 END
        * CASE CAST(:by AS TEXT) WHEN 'occurred' THEN ledger_net_before(a.id, :until, 'infinity')
               ELSE ledger_net_recorded_before(a.id, :until) END
    FROM ledger_accounts a WHERE a.key = :key
    """
)
_AS_KNOWN: Final = text(
    """
    SELECT CASE a.normal_side WHEN 'credit' THEN 1 ELSE -1 END * ledger_net_before(a.id, :until, :known_until)
    FROM ledger_accounts a WHERE a.key = :key
    """
)
# The lines of the cursor's own instant up to the cursor belong to earlier pages; OFFSET 0 has them found by that instant.
_LINES: Final = text(
    """
    WITH account AS MATERIALIZED (
        SELECT a.id, CASE a.normal_side WHEN 'credit' THEN 1 ELSE -1 END AS sign,
               coalesce(CAST(:known_until AS TIMESTAMPTZ), statement_timestamp()) AS known_until
        FROM ledger_accounts a WHERE a.key = :key
    ), page AS MATERIALIZED (
        SELECT e.* FROM account, ledger_page(
            account.id, :since, :until, account.known_until, :after_transaction, :after_line, :most) AS e
    ), opening AS MATERIALIZED (
        SELECT ledger_net_before(account.id, :since, account.known_until) + coalesce((
            SELECT sum(ledger_net(e.side, e.amount_kopecks)) FROM (
                SELECT * FROM ledger_entries e
                WHERE e.account_id = account.id AND e.occurred_at = :since OFFSET 0) AS e
            WHERE e.recorded_at < account.known_until
              AND (e.transaction_id, e.line_no) <= (:after_transaction, :after_line)), 0) AS net
        FROM account
    )
    SELECT p.occurred_at, p.recorded_at, p.transaction_id, p.line_no, t.kind, p.side, p.amount_kopecks,
           account.known_until,
           t.payment_id, t.split_id, t.payout_id, t.refund_id, t.reverses_id,
           (account.sign * (opening.net + sum(ledger_net(p.side, p.amount_kopecks)) OVER (
               ORDER BY p.occurred_at, p.transaction_id, p.line_no)))::bigint AS balance
    FROM page p CROSS JOIN opening CROSS JOIN account JOIN ledger_transactions t ON t.id = p.transaction_id
    ORDER BY p.occurred_at, p.transaction_id, p.line_no
    """
)
_NOBODY: Final = UUID(int=0)


class By(StrEnum):
    """Which of the two dates."""

    OCCURRED = "occurred"
    RECORDED = "recorded"


class Cursor(NamedTuple):
    """The last line of the page before, and what was known at the first."""

    occurred_at: datetime
    transaction_id: UUID
    line_no: int
    known_until: datetime


class Line(NamedTuple):
    occurred_at: datetime
    recorded_at: datetime
    transaction_id: UUID
    line_no: int
    kind: Kind
    side: str
    amount: Money
    payment_id: UUID | None
    split_id: UUID | None
    payout_id: UUID | None
    refund_id: UUID | None
    reverses_id: UUID | None
    #: of the account, on its normal side, after this line
    balance: Money


class Page(NamedTuple):
    lines: Sequence[Line]
    #: None when this is the last
    after: Cursor | None


def balance_at(
    session: Session,
    account: Account,
    moment: datetime,
    *,
    by: By = By.OCCURRED,
    known_at: datetime | None = None,
) -> Money:
    """The balance at the end of an instant of the past, on the account's normal side.

    :param by: ``OCCURRED`` counts what had happened by then, whenever it was written down; ``RECORDED`` what was
        written down by then, whenever it happened
    :param known_at: of what had happened, only what was written down by this moment
    """
    values = {"key": account.key, "until": moment + _INSTANT}
    if known_at is None:
        found = session.execute(_AT, {**values, "by": by}).scalar()
    else:
        found = session.execute(_AS_KNOWN, {**values, "known_until": known_at + _INSTANT}).scalar()
    return Money(found or 0)


def statement(
    session: Session,
    account: Account,
    *,
    since: datetime,
    until: datetime,
    size: int,
    after: Cursor | None = None,
) -> Page:
    """One page of what happened from ``since`` to just before ``until``.

    :param size: lines on the page, at most 100
    :param after: ``Page.after`` of the page before
    """
    if not 1 <= size <= MOST_LINES:
        raise ValueError("a page has between 1 and 100 lines")
    place = after or _Place(since, _NOBODY, 0, None)
    rows = session.execute(
        _LINES,
        {
            "key": account.key,
            "since": place.occurred_at,
            "until": until,
            "known_until": place.known_until,
            "after_transaction": place.transaction_id,
            "after_line": place.line_no,
            "most": size + 1,
        },
    ).all()
    lines = [
        Line(
            row.occurred_at, row.recorded_at, row.transaction_id, row.line_no, Kind(row.kind), row.side,
            Money(row.amount_kopecks), row.payment_id, row.split_id, row.payout_id, row.refund_id, row.reverses_id,
            Money(row.balance),
        )
        for row in rows[:size]
    ]  # fmt: skip
    if len(rows) <= size:
        return Page(lines, None)
    last = lines[-1]
    return Page(lines, Cursor(last.occurred_at, last.transaction_id, last.line_no, rows[0].known_until))


class _Place(NamedTuple):
    """Where a page begins; a cursor is one that knows its moment."""

    occurred_at: datetime
    transaction_id: UUID
    line_no: int
    known_until: datetime | None
