"""GET /operator/ledger/trial-balance: debits, credits and balance of every kind of account, now or at a moment."""

from sqlalchemy.orm import Session

from functions.operator.ledger_trial_balance.schemas import TrialBalanceQuery, TrialBalanceView
from shared.access import rights
from shared.http.function import HttpFunction
from shared.ledger import trial_balance

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/ledger/trial-balance", access=rights.LEDGER_READ)
def read_trial_balance(query: TrialBalanceQuery, session: Session) -> TrialBalanceView:
    return TrialBalanceView.of(trial_balance.trial_balance(session, at=query.at))
