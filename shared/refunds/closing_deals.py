"""A completed deal is closed once nothing of it is open: steps, payouts, refunds, receipts, and clients' money."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals import moving
from shared.deals import service as deals
from shared.deals.models import Deal, DealStatus, PaymentStep, StepStatus
from shared.ledger import balances
from shared.observability import log
from shared.payouts.models import Payout, PayoutStatus
from shared.refunds.lifecycle import FINAL
from shared.refunds.models import Refund
from shared.tasks import service as tasks

#: kind of the task of a deal that is over while an account of its clients' money is not empty
NOT_EMPTY: Final = "deal_not_empty"
_BATCH: Final = 100
_OVER: Final = (StepStatus.RELEASED, StepStatus.CANCELLED, StepStatus.PARTED)
_PAID_OUT: Final = (PayoutStatus.SUCCEEDED, PayoutStatus.CANCELLED, PayoutStatus.SET_OFF)

#: whether the deal's receipts are final; higher domains know
Finality = Callable[[Session, UUID], bool]


def close_due(transactions: Transactions, *, receipts_are_final: Finality, now: datetime) -> dict[str, int]:
    """Close every completed deal of which nothing is open, each in a transaction of its own.

    ``not_empty`` counts deals that would be closed but for money that the books still have: a person must look.
    """
    with transactions() as session:
        ids = session.scalars(
            select(Deal.id)
            .where(Deal.status == DealStatus.COMPLETED, ~_something_open())
            .order_by(Deal.updated_at)
            .limit(_BATCH)
        ).all()
    counts = {"closed": 0, "waiting": 0, "not_empty": 0}
    for deal_id in ids:
        try:
            with transactions() as session:
                counts[_close(session, deal_id, receipts_are_final, now)] += 1
        except Exception as error:  # noqa: BLE001 -- what is wrong with one deal must not stop the rest
            log.surprise("deal_not_closed", error)
            counts["errors"] = counts.get("errors", 0) + 1
    return counts


def _close(session: Session, deal_id: UUID, receipts_are_final: Finality, now: datetime) -> str:
    deal = deals.deal_for_update(session, deal_id)
    still = select(exists().where(Deal.id == deal_id, _something_open()))
    if (
        deal.status is not DealStatus.COMPLETED
        or session.scalar(still)
        or not receipts_are_final(session, deal_id)
    ):
        return "waiting"
    if balances.open_client_accounts(session, deal_id):
        tasks.open_task(session, NOT_EMPTY, entity=("deal", deal_id), reason="money_left", now=now)
        return "not_empty"
    moving.move(session, deal, DealStatus.CLOSED, actor=SYSTEM, now=now)
    return "closed"


def _something_open() -> ColumnElement[bool]:
    step = exists().where(PaymentStep.deal_id == Deal.id, PaymentStep.status.not_in(_OVER))
    payout = exists().where(Payout.deal_id == Deal.id, Payout.status.not_in(_PAID_OUT))
    refund = exists().where(Refund.deal_id == Deal.id, Refund.status.not_in(FINAL))
    return step | payout | refund
