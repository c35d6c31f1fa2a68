"""An operator tells what a bank statement shows: money between our own accounts."""

from datetime import datetime

from functions.operations.bank_movements.schemas import BankMovementRequest, RecordedView
from shared.db.session import Transactions
from shared.events.operation import OperationFunction
from shared.payouts import bank_movements

app = OperationFunction(__name__)


@app.takes(BankMovementRequest)
def record_movement(payload: BankMovementRequest, transactions: Transactions, now: datetime) -> RecordedView:
    with transactions() as session:
        recorded = bank_movements.record_movement(session, payload.movement(), now=now)
    return RecordedView.of(recorded)
