"""What must hold of the books by themselves, whatever provider and bank say."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import or_, select, text
from sqlalchemy.orm import Session

from shared.config.reconciliation import ReconciliationSettings
from shared.kernel.money import Money
from shared.ledger import balances
from shared.payments.models import IntentStatus, Payment, PaymentIntent, PaymentStatus
from shared.payouts.models import Payout, PayoutStatus
from shared.reconciliation import found
from shared.reconciliation.found import Found
from shared.reconciliation.models import DifferenceKind
from shared.refunds.models import Refund, RefundStatus

_DEALS_WITH_MONEY: Final = text(
    """
    SELECT d.id, sum(b.balance_kopecks)::bigint
    FROM ledger_balances b
    JOIN ledger_accounts a ON a.id = b.account_id AND b.balance_kopecks <> 0
    LEFT JOIN splits s ON s.id = a.split_id
    LEFT JOIN payouts p ON p.id = a.subject_id
    LEFT JOIN refunds r ON r.id = a.subject_id
    JOIN deals d ON d.id = coalesce(a.deal_id, s.deal_id, p.deal_id, r.deal_id)
    WHERE d.status IN ('closed', 'cancelled')
    GROUP BY d.id
    ORDER BY d.id
    """
)
_IN_SUSPENSE: Final = text(
    """
    SELECT a.subject_id, b.balance_kopecks
    FROM ledger_balances b
    JOIN ledger_accounts a ON a.id = b.account_id
    WHERE a.kind = 'suspense' AND b.balance_kopecks > 0
    """
)


def check(session: Session, settings: ReconciliationSettings, *, now: datetime) -> list[Found]:
    return [
        *_books(session),
        *_suspense(session, now - timedelta(days=settings.suspense_days)),
        *_unknown(session, now - timedelta(hours=settings.unknown_hours)),
        *_deals(session),
    ]


def _books(session: Session) -> Iterator[Found]:
    totals = balances.totals(session)
    if totals.debits != totals.credits:
        yield found.of(DifferenceKind.BOOKS_UNBALANCED, "ledger", totals.debits, totals.credits)
    for account in balances.drifted_accounts(session):
        yield found.of(DifferenceKind.ACCOUNT_DRIFTED, account.key)
    cover = balances.cover(session)
    if not cover.holds:
        yield found.of(DifferenceKind.COVER_SHORT, "ledger", cover.obligations, cover.holdings)


def _suspense(session: Session, before: datetime) -> Iterator[Found]:
    held = {row[0]: Money(row[1]) for row in session.execute(_IN_SUSPENSE)}
    for payment in session.scalars(
        select(Payment).where(
            Payment.id.in_(held), Payment.status == PaymentStatus.SUSPENSE, Payment.recorded_at < before
        )
    ):
        yield found.of(DifferenceKind.SUSPENSE_OLD, payment.id, Money.zero(), held[payment.id])


def _unknown(session: Session, before: datetime) -> Iterator[Found]:
    """Outcomes that nobody knows, and links whose end the provider doesn't tell: what may be paid and not recorded."""
    for intent in session.scalars(
        select(PaymentIntent).where(
            or_(
                (PaymentIntent.status == IntentStatus.CREATED) & (PaymentIntent.unknown_since < before),
                (PaymentIntent.status == IntentStatus.PENDING) & (PaymentIntent.expires_at < before),
            )
        )
    ):
        yield found.of(DifferenceKind.INTENT_UNKNOWN, intent.id, None, intent.amount_kopecks)
    for payout in session.scalars(
        select(Payout).where(Payout.status == PayoutStatus.UNKNOWN, Payout.unknown_since < before)
    ):
        yield found.of(DifferenceKind.PAYOUT_UNKNOWN, payout.id, None, payout.amount_kopecks)
    for refund in session.scalars(
        select(Refund).where(Refund.status == RefundStatus.UNKNOWN, Refund.unknown_since < before)
    ):
        yield found.of(DifferenceKind.REFUND_UNKNOWN, refund.id, None, refund.amount_kopecks)


def _deals(session: Session) -> Iterator[Found]:
    for deal_id, kopecks in session.execute(_DEALS_WITH_MONEY):
        yield found.of(DifferenceKind.DEAL_CLOSED_WITH_MONEY, deal_id, Money.zero(), Money(kopecks))
