"""What an owner of shares has with the platform: what is payable to him less what he owes, event by event."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from shared.kernel.money import Money
from shared.ledger.posting import Kind

# An owner's accounts have a handful of entries each: one payable and one receivable for every share of his.
_EVENTS: Final = text(
    """
    WITH his AS MATERIALIZED (
        SELECT e.occurred_at, e.transaction_id,
               sum(ledger_net(e.side, e.amount_kopecks)) FILTER (WHERE a.kind = 'payable') AS payable,
               -sum(ledger_net(e.side, e.amount_kopecks)) FILTER (WHERE a.kind = 'receivable') AS owed
        FROM ledger_accounts a JOIN ledger_entries e ON e.account_id = a.id
        WHERE a.owner_id = :owner_id AND a.kind IN ('payable', 'receivable')
        GROUP BY e.occurred_at, e.transaction_id
    ), running AS (
        SELECT h.occurred_at, h.transaction_id,
               coalesce(h.payable, 0)::bigint AS payable, coalesce(h.owed, 0)::bigint AS owed,
               coalesce(sum(h.payable) OVER in_order, 0)::bigint AS payable_after,
               coalesce(sum(h.owed) OVER in_order, 0)::bigint AS owed_after
        FROM his h WINDOW in_order AS (ORDER BY h.occurred_at, h.transaction_id)
    )
    SELECT r.*, t.kind, t.payment_id, t.split_id, t.payout_id, t.refund_id
    FROM running r JOIN ledger_transactions t ON t.id = r.transaction_id
    WHERE (CAST(:since AS TIMESTAMPTZ) IS NULL OR r.occurred_at >= :since)
      AND (CAST(:until AS TIMESTAMPTZ) IS NULL OR r.occurred_at < :until)
      AND (CAST(:after_at AS TIMESTAMPTZ) IS NULL OR (r.occurred_at, r.transaction_id) > (:after_at, :after_id))
    ORDER BY r.occurred_at, r.transaction_id LIMIT :most
    """
)


class OwnerEvent(NamedTuple):
    """One transaction; changes are signed, balances are after it."""

    occurred_at: datetime
    transaction_id: UUID
    kind: Kind
    payable_change: Money
    owed_change: Money
    #: what the owner is still to be paid
    payable: Money
    #: what he owes back
    owed: Money
    payment_id: UUID | None
    payout_id: UUID | None
    refund_id: UUID | None


def read_events(
    session: Session,
    owner_id: UUID,
    *,
    since: datetime | None,
    until: datetime | None,
    after: tuple[datetime, UUID] | None,
    at_most: int,
) -> Sequence[OwnerEvent]:
    """What happened to an owner's money, oldest first.

    :param since: from then on; ``until``: before then
    :param after: the moment and transaction of the last event that was read
    """
    after_at, after_id = after or (None, None)
    rows = session.execute(
        _EVENTS,
        {
            "owner_id": owner_id,
            "since": since,
            "until": until,
            "after_at": after_at,
            "after_id": after_id,
            "most": at_most,
        },
    )
    return [
        OwnerEvent(
            row.occurred_at, row.transaction_id, Kind(row.kind), Money(row.payable), Money(row.owed),
            Money(row.payable_after), Money(row.owed_after), row.payment_id, row.payout_id, row.refund_id,
        )
        for row in rows
    ]  # fmt: skip
