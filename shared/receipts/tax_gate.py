"""The tax gate of payouts: who may be paid as what he is, and whether his income can be registered."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.deals.models import Deal, ExecutorKind
from shared.kernel.clock import MOSCOW
from shared.kernel.money import Money
from shared.payouts.gates import Hold
from shared.payouts.models import ON_THE_WAY, Payout
from shared.receipts.binding import REGISTRATION, is_for
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.receipts.npd_models import BindingStatus, NpdBinding
from shared.users.models import TaxStatus, UserProfile

#: 422-ФЗ art. 4(2)(8): income of a year on НПД.
YEAR_LIMIT: Final = Money(2_400_000_00)
_SOON: Final = timedelta(minutes=1)
_SELDOM: Final = timedelta(days=1)


def tax_gate(session: Session, payout: Payout, now: datetime) -> Hold | None:
    """Close for a person who is no longer what he was when his deal was opened, for one who isn't bound under the
    INN that he has now, and above the year's limit.

    Deals are opened with the self-employed only (``deals.executors``): whatever a profile says later, a person's
    payout is his income on НПД. The agent alone earned at his client's payment, so his receipt counts already; a
    contractor earns by this payout.
    """
    if payout.owner_user_id is None:
        return None
    profile = session.get_one(UserProfile, payout.owner_user_id)
    if profile.tax_status is not TaxStatus.SELF_EMPLOYED:
        return Hold("tax_status_changed", _SELDOM, needs_operator=True)
    binding = session.get(NpdBinding, payout.owner_user_id)
    if (
        binding is None
        or binding.status is not BindingStatus.BOUND
        or REGISTRATION not in binding.permissions
    ):
        return Hold("npd_unbound", _SOON)
    if not is_for(session, binding, profile.inn_index):
        return Hold("inn_changed", _SELDOM, needs_operator=True)
    income = year_income(session, payout.owner_user_id, now)
    if _earns_by_payout(session, payout):
        income += payout.amount_kopecks + _unregistered(session, payout)
    if income > YEAR_LIMIT:
        return Hold("npd_year_limit", _SELDOM, needs_operator=True)
    return None


def year_income(session: Session, user_id: UUID, now: datetime) -> Money:
    """The person's income through us in the Moscow calendar year of ``now``; what he earns elsewhere is not known."""
    moscow_now = now.astimezone(MOSCOW)
    start = datetime(moscow_now.year, 1, 1, tzinfo=MOSCOW).astimezone(UTC)
    earned = session.scalar(
        select(func.sum(Receipt.amount_kopecks)).where(
            Receipt.taxpayer_id == user_id,
            Receipt.kind == ReceiptKind.NPD,
            Receipt.status != ReceiptStatus.CANCELLED,
            Receipt.operation_time >= start,
        )
    )
    return earned or Money.zero()


def _earns_by_payout(session: Session, payout: Payout) -> bool:
    return session.get_one(Deal, payout.deal_id).executor_kind is ExecutorKind.ORG


def _unregistered(session: Session, payout: Payout) -> Money:
    """His other payouts that are on their way: income before long."""
    on_the_way = session.scalar(
        select(func.sum(Payout.amount_kopecks))
        .join(Deal, Deal.id == Payout.deal_id)
        .where(
            Payout.owner_user_id == payout.owner_user_id,
            Payout.id != payout.id,
            Payout.status.in_(ON_THE_WAY),
            Deal.executor_kind == ExecutorKind.ORG,
        )
    )
    return on_the_way or Money.zero()
