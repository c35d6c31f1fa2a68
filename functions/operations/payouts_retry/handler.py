"""An operator has a failed or returned payout paid again; its gates are passed anew."""

from datetime import datetime

from functions.operations.payouts_retry.schemas import PlannedPayoutView, RetryPayoutRequest
from shared.db.session import Transactions
from shared.events.operation import OperationFunction
from shared.payouts import retrying

app = OperationFunction(__name__)


@app.takes(RetryPayoutRequest)
def retry_payout(payload: RetryPayoutRequest, transactions: Transactions, now: datetime) -> PlannedPayoutView:
    with transactions() as session:
        payout = retrying.retry(session, payout_id=payload.payout_id, reason=payload.reason, now=now)
        return PlannedPayoutView.of(payout)
