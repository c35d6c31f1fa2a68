"""An operator looks at the books: totals, cover, balances by kind of account."""

from datetime import datetime

from functions.operations.ledger_totals.schemas import LedgerTotalsRequest, LedgerTotalsView
from shared.db.session import Transactions
from shared.events.operation import OperationFunction
from shared.payouts import books

app = OperationFunction(__name__)


@app.takes(LedgerTotalsRequest)
def read_totals(
    _payload: LedgerTotalsRequest, transactions: Transactions, _now: datetime
) -> LedgerTotalsView:
    with transactions() as session:
        return LedgerTotalsView.of(books.read_books(session))
