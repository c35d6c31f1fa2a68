"""Holds: money of an account set aside until it is posted, given free, or the hold expires.

A hold's remainder stays in its account's balance and counts against the floor, so that nobody else can take it; the
database sees to that. A hold that is past its time holds until ``expire_due`` ends it.
"""

import json
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NamedTuple
from uuid import UUID

from sqlalchemy import Row, Uuid, text
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from shared.db.errors import translated
from shared.db.types import MoneyType, UtcDateTime, WordType
from shared.kernel.clock import iso
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger.accounts import Account
from shared.ledger.errors import HoldClosed
from shared.ledger.posting import Cause, Kind, Movement, PostingResult, post


class HoldStatus(StrEnum):
    OPEN = "open"
    POSTED = "posted"
    VOIDED = "voided"
    EXPIRED = "expired"


_TYPES: Final[dict[str, TypeEngine[Any]]] = {
    "id": Uuid(),
    "amount_kopecks": MoneyType(),
    "remaining_kopecks": MoneyType(),
    "status": WordType(HoldStatus),
    "expires_at": UtcDateTime(),
}
_RESERVE: Final = text("SELECT * FROM ledger_reserve(CAST(:wanted AS JSONB))").columns(**_TYPES)
_RELEASE: Final = text("SELECT * FROM ledger_release_hold(:hold_id, :ended_as)").columns(**_TYPES)
_FIND: Final = text("SELECT * FROM ledger_holds WHERE id = :hold_id").columns(**_TYPES)
_DUE: Final = text(
    """
    SELECT id FROM ledger_holds WHERE status = 'open' AND expires_at <= :now
    ORDER BY expires_at LIMIT :most
    """
)


class Hold(NamedTuple):
    hold_id: UUID
    amount: Money
    #: what is still set aside
    remaining: Money
    status: HoldStatus
    expires_at: datetime


def reserve(
    session: Session, *, key: str, account: Account, amount: Money, expires_at: datetime, cause: Cause
) -> Hold:
    """Set money of an account with a floor aside, once per ``key`` for ever; a repeat answers with the first hold.

    :param key: at most 200 characters, nothing personal
    :param cause: whose ids stand on the hold; the hash of the terms is left to the posting
    :raises FloorBreached: the account has not so much that is free
    :raises KeyReused: the key set aside another sum, on another account, or for another cause
    """
    if expires_at.tzinfo is None:
        raise ValueError("a time without a zone can't be kept")
    fields = cause.fields()
    del fields["terms_sha256"]
    wanted = {
        "id": str(new_id()),
        "key": key,
        "account": account.key,
        "kopecks": amount.kopecks,
        "expires_at": iso(expires_at),
        **fields,
    }
    with translated():
        return _hold(session.execute(_RESERVE, {"wanted": json.dumps(wanted)}).one())


def void(session: Session, hold_id: UUID) -> Hold:
    """Give free what is left of a hold.

    :raises HoldClosed: it was used up, voided or expired before, or never was
    """
    with translated():
        row = session.execute(_RELEASE, {"hold_id": hold_id, "ended_as": HoldStatus.VOIDED}).one_or_none()
    if row is None:
        raise HoldClosed
    return _hold(row)


def post_from(
    session: Session,
    hold_id: UUID,
    *,
    kind: Kind,
    key: str,
    movements: Sequence[Movement],
    occurred_at: datetime,
    cause: Cause,
) -> PostingResult:
    """``posting.post``, out of a hold: what the movements take from its account, the hold gives, all or a part.

    :raises HoldClosed: the hold is not open
    :raises HoldExceeded: the movements take more than the hold has left, or nothing, from its account
    """
    return post(
        session,
        kind=kind,
        key=key,
        movements=movements,
        occurred_at=occurred_at,
        cause=cause,
        hold_id=hold_id,
    )


def expire_due(session: Session, *, now: datetime, at_most: int = 500) -> list[Hold]:
    """End the holds whose time is over, the longest overdue first; what was ended."""
    due = session.execute(_DUE, {"now": now, "most": at_most}).scalars().all()
    # In the order of ids, as anybody else who ends several.
    ended = [
        session.execute(_RELEASE, {"hold_id": hold_id, "ended_as": HoldStatus.EXPIRED}).one_or_none()
        for hold_id in sorted(due)
    ]
    return [_hold(row) for row in ended if row is not None]


def find(session: Session, hold_id: UUID) -> Hold | None:
    row = session.execute(_FIND, {"hold_id": hold_id}).one_or_none()
    return None if row is None else _hold(row)


def _hold(row: Row[Any]) -> Hold:
    return Hold(row.id, row.amount_kopecks, row.remaining_kopecks, row.status, row.expires_at)
