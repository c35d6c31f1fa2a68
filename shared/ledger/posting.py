"""Posting: one call of SQL per transaction. The only writer of the ledger.

A line of money has two ends by construction: ``Movement(debit, credit, amount)``; a transaction is one or more of
them, so debits equal credits before the database checks it. Reading order is the provider's time, ``occurred_at``;
the database adds the time of recording.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.orm import Session

import shared.ledger.errors  # noqa: F401 -- names the ledger's refusals
from shared.db.errors import translated
from shared.db.raw import one_row, send_later
from shared.kernel.clock import iso
from shared.kernel.identifiers import new_id
from shared.kernel.money import Money
from shared.ledger import tables
from shared.ledger.accounts import Account

_POST: Final = "SELECT posted_id, already_posted FROM ledger_post(CAST(%s AS JSONB))"
_POST_LATER: Final = "SELECT ledger_post(CAST(%s AS JSONB))"
_POST_MANY: Final = text("SELECT posted_id, already_posted FROM ledger_post_many(CAST(:postings AS JSONB))")
_POST_FROM: Final = text(
    "SELECT posted_id, already_posted FROM ledger_post_from(:hold_id, CAST(:posting AS JSONB))"
)
_MOST_MOVEMENTS: Final = 500
_MOST_POSTINGS: Final = 1_000


class Kind(StrEnum):
    OWN_FUNDS_IN = "own_funds_in"
    PAYMENT_RECEIVED = "payment_received"
    PROVIDER_CHARGE = "provider_charge"
    PROVIDER_SETTLED = "provider_settled"
    CHARGE_COVERED = "charge_covered"
    STEP_RELEASED = "step_released"
    FEE_SWEPT = "fee_swept"
    PAYOUTS_FUNDED = "payouts_funded"
    PAYOUT_RESERVED = "payout_reserved"
    PAYOUT_SUCCEEDED = "payout_succeeded"
    PAYOUT_FAILED = "payout_failed"
    PAYOUT_RETURNED = "payout_returned"
    REFUND_ACCEPTED = "refund_accepted"
    REFUND_FUNDED = "refund_funded"
    REFUND_SUCCEEDED = "refund_succeeded"
    SET_OFF = "set_off"
    DEBT_REPAID = "debt_repaid"
    DEBT_WRITTEN_OFF = "debt_written_off"
    SUSPENSE_RESOLVED = "suspense_resolved"
    DISPUTE_OPENED = "dispute_opened"
    DISPUTE_DECIDED = "dispute_decided"
    REVERSAL = "reversal"


class Cause(NamedTuple):
    """Why money moved; ``terms_sha256`` (32 bytes) is the hash of the signed terms that divided it.

    ``document_id`` is the paper behind it: the signed contract, or the act by which a step was released.
    """

    payment_id: UUID | None = None
    split_id: UUID | None = None
    payout_id: UUID | None = None
    refund_id: UUID | None = None
    terms_sha256: bytes | None = None
    document_id: UUID | None = None

    def fields(self) -> dict[str, str | None]:
        return {
            "payment_id": _text(self.payment_id),
            "split_id": _text(self.split_id),
            "payout_id": _text(self.payout_id),
            "refund_id": _text(self.refund_id),
            "document_id": _text(self.document_id),
            "terms_sha256": None if self.terms_sha256 is None else self.terms_sha256.hex(),
        }


@dataclass(frozen=True, slots=True)
class Movement:
    """``amount`` (more than zero) is debited to one account and credited to another."""

    debit: Account
    credit: Account
    amount: Money

    def __post_init__(self) -> None:
        if self.amount.kopecks <= 0:
            raise ValueError("a movement moves more than nothing")
        if self.debit == self.credit:
            raise ValueError("a movement has two ends")


class Posting(NamedTuple):
    """One transaction to be, as ``post`` takes it."""

    kind: Kind
    key: str
    movements: Sequence[Movement]
    occurred_at: datetime
    cause: Cause


class PostingResult(NamedTuple):
    transaction_id: UUID
    #: True when this key had been posted before, with the same content
    already_posted: bool


def post(
    session: Session,
    *,
    kind: Kind,
    key: str,
    movements: Sequence[Movement],
    occurred_at: datetime,
    cause: Cause,
    hold_id: UUID | None = None,
) -> PostingResult:
    """Write one transaction, once per ``key`` for ever.

    The content that a repeat must match is kind, cause and lines; not ``occurred_at``, of which the first stays.

    :param key: at most 200 characters, nothing personal; say what happened to which object
    :param movements: one to 500; lines of the same account and side are added up
    :param hold_id: take the money out of this hold (``holds.reserve``) of its account
    :raises KeyReused: the key was posted with other content
    :raises FloorBreached: an account with a floor would go below zero, or below what is held on it
    :raises HoldClosed: the hold is used up, voided or expired
    :raises HoldExceeded: the posting takes more than the hold has left, or nothing, from its account
    :raises TryAgain: another posting was in the way
    """
    content = _first_hand(Posting(kind, key, movements, occurred_at, cause))
    if hold_id is None:
        return _send(session, content)
    with translated():
        row = session.execute(_POST_FROM, {"hold_id": hold_id, "posting": json.dumps(content)}).one()
    return PostingResult(row.posted_id, row.already_posted)


def post_later(
    session: Session,
    *,
    kind: Kind,
    key: str,
    movements: Sequence[Movement],
    occurred_at: datetime,
    cause: Cause,
) -> None:
    """``post`` without waiting: it leaves with the transaction's next statement or its COMMIT, whose error its refusal is.

    For a caller who asks for no answer and doesn't go on after a refusal.
    """
    content = _first_hand(Posting(kind, key, movements, occurred_at, cause))
    send_later(session, _POST_LATER, (json.dumps(content),))


def post_many(session: Session, postings: Sequence[Posting]) -> list[PostingResult]:
    """Write up to 1 000 transactions by one statement, all or none; a result for each, in their order.

    :raises KeyReused: one of the keys was posted with other content
    :raises FloorBreached: an account with a floor would go below zero by all of them together
    :raises TryAgain: another posting was in the way
    """
    if not 1 <= len(postings) <= _MOST_POSTINGS:
        raise ValueError("between 1 and 1000 transactions are written at once")
    contents = [_first_hand(each) for each in postings]
    with translated():
        rows = session.execute(_POST_MANY, {"postings": json.dumps(contents)}).all()
    return [PostingResult(row.posted_id, row.already_posted) for row in rows]


def reverse(session: Session, *, transaction_id: UUID, key: str, occurred_at: datetime) -> PostingResult:
    """Correct a transaction by its mirror, with the same cause.

    :raises AlreadyReversed: it was, under another key
    :raises FloorBreached: what it credited is spent
    :raises sqlalchemy.exc.NoResultFound: there is no such transaction
    """
    original = session.execute(
        select(tables.transactions).where(tables.transactions.c.id == transaction_id)
    ).one()
    written = session.execute(
        select(tables.accounts.c.key, tables.entries.c.side, tables.entries.c.amount_kopecks)
        .join(tables.accounts, tables.accounts.c.id == tables.entries.c.account_id)
        .where(tables.entries.c.transaction_id == transaction_id)
        .order_by(tables.entries.c.line_no)
    )
    mirrored = [
        {"account": key_, "side": "credit" if side == "debit" else "debit", "kopecks": amount.kopecks}
        for key_, side, amount in written
    ]
    cause = Cause(
        payment_id=original.payment_id,
        split_id=original.split_id,
        payout_id=original.payout_id,
        refund_id=original.refund_id,
        terms_sha256=original.terms_sha256,
        document_id=original.document_id,
    )
    fields = {**cause.fields(), "reverses_id": str(transaction_id)}
    return _send(session, _content(Kind.REVERSAL, key, mirrored, occurred_at, fields))


def _lines(movements: Sequence[Movement]) -> list[dict[str, str | int]]:
    if not 1 <= len(movements) <= _MOST_MOVEMENTS:
        raise ValueError("a transaction has between 1 and 500 movements")
    sums: dict[tuple[str, str], int] = {}
    for movement in movements:
        for side, account in (("debit", movement.debit), ("credit", movement.credit)):
            sums[side, account.key] = sums.get((side, account.key), 0) + movement.amount.kopecks
    return [{"account": key, "side": side, "kopecks": kopecks} for (side, key), kopecks in sums.items()]


def _first_hand(posting: Posting) -> dict[str, object]:
    """What ``ledger_post`` takes for a posting that reverses no other."""
    fields = {**posting.cause.fields(), "reverses_id": None}
    return _content(posting.kind, posting.key, _lines(posting.movements), posting.occurred_at, fields)


def _content(
    kind: Kind,
    key: str,
    lines: Sequence[Mapping[str, str | int]],
    occurred_at: datetime,
    fields: Mapping[str, str | None],
) -> dict[str, object]:
    """What the SQL function ``ledger_post`` takes."""
    if occurred_at.tzinfo is None:
        raise ValueError("a time without a zone can't be posted")
    return {
        "id": str(new_id()),
        "kind": kind,
        "key": key,
        "occurred_at": iso(occurred_at),
        **fields,
        "lines": lines,
    }


def _send(session: Session, content: Mapping[str, object]) -> PostingResult:
    with translated():
        posted_id, already_posted = one_row(session, _POST, (json.dumps(content),))
    return PostingResult(posted_id, already_posted)


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)
