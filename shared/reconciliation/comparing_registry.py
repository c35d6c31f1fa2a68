"""A terminal's day: the provider's registry against the ledger's own postings, operation by operation."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from shared.kernel.clock import moscow_midnight
from shared.kernel.money import Money
from shared.payments.models import Payment
from shared.ports.registry import RegistryKind
from shared.reconciliation.found import Found
from shared.reconciliation.models import DifferenceKind
from shared.reconciliation.registry_models import RegistryDay, StoredRegistryLine
from shared.refunds.models import Refund, RefundStatus

# What the ledger posted for each of these payments: gross where the provider has the money, and the charge.
_POSTED: Final = text(
    """
    SELECT t.payment_id,
           coalesce(sum(e.amount_kopecks) FILTER (WHERE t.kind = 'payment_received' AND e.side = 'debit'), 0)::bigint,
           coalesce(sum(e.amount_kopecks) FILTER (WHERE t.kind = 'provider_charge' AND e.side = 'debit'), 0)::bigint
    FROM ledger_transactions t
    JOIN ledger_entries e ON e.transaction_id = t.id
    JOIN ledger_accounts a ON a.id = e.account_id
    WHERE t.payment_id = ANY(CAST(:ids AS UUID[])) AND t.kind IN ('payment_received', 'provider_charge')
      AND a.kind IN ('provider_clearing', 'provider_deal', 'acquiring_fee')
    GROUP BY t.payment_id
    """
)
_GIVEN_BACK: Final = text(
    """
    SELECT t.refund_id, coalesce(sum(e.amount_kopecks), 0)::bigint
    FROM ledger_transactions t
    JOIN ledger_entries e ON e.transaction_id = t.id AND e.side = 'debit'
    WHERE t.refund_id = ANY(CAST(:ids AS UUID[])) AND t.kind = 'refund_succeeded'
    GROUP BY t.refund_id
    """
)


class _Posted(NamedTuple):
    gross: Money
    charge: Money


_NOTHING: Final = _Posted(Money.zero(), Money.zero())


def compare(session: Session, terminal: str, day: date) -> list[Found]:
    """What differs; also that the registry was never read."""
    read = session.scalars(
        select(RegistryDay.id).where(RegistryDay.terminal == terminal, RegistryDay.day == day)
    ).one_or_none()
    if read is None:
        return [Found(DifferenceKind.REGISTRY_MISSING, f"{terminal}:{day}", terminal=terminal, day=day)]
    found = [*_payments(session, terminal, day), *_refunds(session, terminal, day)]
    return [each._replace(terminal=terminal, day=day) for each in found]


def unrecorded(session: Session, terminal: str, day: date) -> list[str]:
    """The provider's ids of payments that the registry has and we don't: nobody told us of them."""
    lines = _lines(session, terminal, day, RegistryKind.PAYMENT)
    known = _payments_of(session, terminal, day, [line.operation_id for line in lines])
    ours = {payment.provider_payment_id for payment in known}
    return [line.operation_id for line in lines if line.operation_id not in ours]


def without_charge(session: Session, terminal: str, day: date) -> list[tuple[UUID, Money]]:
    """Payments that were recorded before the provider said what it keeps, with what the registry says now."""
    lines = {line.operation_id: line for line in _lines(session, terminal, day, RegistryKind.PAYMENT)}
    payments = _payments_of(session, terminal, day, list(lines))
    return [
        (payment.id, lines[payment.provider_payment_id].charge_kopecks)
        for payment in payments
        if payment.provider_payment_id in lines
        and payment.charge_kopecks == Money.zero() != lines[payment.provider_payment_id].charge_kopecks
    ]


def _payments(session: Session, terminal: str, day: date) -> Iterator[Found]:
    lines = {line.operation_id: line for line in _lines(session, terminal, day, RegistryKind.PAYMENT)}
    payments = {
        payment.provider_payment_id: payment for payment in _payments_of(session, terminal, day, list(lines))
    }
    posted = _posted(session, [payment.id for payment in payments.values()])
    for operation_id, line in lines.items():
        payment = payments.get(operation_id)
        if payment is None:
            yield _found(
                DifferenceKind.PAYMENT_NOT_IN_LEDGER, operation_id, line.amount_kopecks, Money.zero()
            )
            continue
        ours = posted.get(payment.id, _NOTHING)
        if ours.gross != line.amount_kopecks:
            yield _found(DifferenceKind.PAYMENT_AMOUNT, operation_id, line.amount_kopecks, ours.gross)
        if ours.charge != line.charge_kopecks:
            yield _found(DifferenceKind.PAYMENT_CHARGE, operation_id, line.charge_kopecks, ours.charge)
    elsewhere = _listed_elsewhere(session, terminal, RegistryKind.PAYMENT, payments.keys() - lines.keys())
    for provider_id in sorted(payments.keys() - lines.keys() - elsewhere):
        gross = posted.get(payments[provider_id].id, _NOTHING).gross
        yield _found(DifferenceKind.PAYMENT_NOT_IN_REGISTRY, provider_id, Money.zero(), gross)


def _refunds(session: Session, terminal: str, day: date) -> Iterator[Found]:
    lines = {line.operation_id: line for line in _lines(session, terminal, day, RegistryKind.REFUND)}
    refunds = {
        refund.provider_refund_id: refund
        for refund in _refunds_of(session, terminal, day, list(lines))
        if refund.provider_refund_id is not None
    }
    given_back = _given_back(session, [refund.id for refund in refunds.values()])
    for operation_id, line in lines.items():
        refund = refunds.get(operation_id)
        ours = Money.zero() if refund is None else given_back.get(refund.id, Money.zero())
        if ours == Money.zero():
            yield _found(DifferenceKind.REFUND_NOT_IN_LEDGER, operation_id, line.amount_kopecks, ours)
        elif ours != line.amount_kopecks:
            yield _found(DifferenceKind.REFUND_AMOUNT, operation_id, line.amount_kopecks, ours)
    elsewhere = _listed_elsewhere(session, terminal, RegistryKind.REFUND, refunds.keys() - lines.keys())
    for provider_id in sorted(refunds.keys() - lines.keys() - elsewhere):
        ours = given_back.get(refunds[provider_id].id, Money.zero())
        if ours != Money.zero():
            yield _found(DifferenceKind.REFUND_NOT_IN_REGISTRY, provider_id, Money.zero(), ours)


def _found(kind: DifferenceKind, subject: str, expected: Money, actual: Money) -> Found:
    return Found(kind, subject, expected, actual)


def _lines(session: Session, terminal: str, day: date, kind: RegistryKind) -> Sequence[StoredRegistryLine]:
    return session.scalars(
        select(StoredRegistryLine).where(
            StoredRegistryLine.terminal == terminal,
            StoredRegistryLine.day == day,
            StoredRegistryLine.kind == kind,
        )
    ).all()


def _listed_elsewhere(session: Session, terminal: str, kind: RegistryKind, ids: set[str]) -> set[str]:
    """Of another day in the provider's calendar: seconds before or after midnight."""
    if not ids:
        return set()
    return set(
        session.scalars(
            select(StoredRegistryLine.operation_id).where(
                StoredRegistryLine.terminal == terminal,
                StoredRegistryLine.kind == kind,
                StoredRegistryLine.operation_id.in_(ids),
            )
        )
    )


def _payments_of(session: Session, terminal: str, day: date, ids: Sequence[str]) -> Sequence[Payment]:
    """Of the day by our own account, or named by the registry."""
    since, until = _bounds(day)
    return session.scalars(
        select(Payment).where(
            Payment.provider == terminal,
            or_(
                (Payment.occurred_at >= since) & (Payment.occurred_at < until),
                Payment.provider_payment_id.in_(ids),
            ),
        )
    ).all()


def _refunds_of(session: Session, terminal: str, day: date, ids: Sequence[str]) -> Sequence[Refund]:
    since, until = _bounds(day)
    return session.scalars(
        select(Refund).where(
            Refund.provider == terminal,
            or_(
                (Refund.status == RefundStatus.SUCCEEDED)
                & (Refund.sent_at >= since)
                & (Refund.sent_at < until),
                Refund.provider_refund_id.in_(ids),
            ),
        )
    ).all()


def _bounds(day: date) -> tuple[datetime, datetime]:
    return moscow_midnight(day), moscow_midnight(day + timedelta(days=1))


def _posted(session: Session, ids: Sequence[UUID]) -> dict[UUID, _Posted]:
    rows = session.execute(_POSTED, {"ids": list(ids)})
    return {row[0]: _Posted(Money(row[1]), Money(row[2])) for row in rows}


def _given_back(session: Session, ids: Sequence[UUID]) -> dict[UUID, Money]:
    return {row[0]: Money(row[1]) for row in session.execute(_GIVEN_BACK, {"ids": list(ids)})}
