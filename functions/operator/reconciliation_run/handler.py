"""POST /operator/reconciliation/runs: a day is compared now; what nobody told us of is recorded on the way."""

from datetime import datetime
from http import HTTPStatus

from functions.operator.reconciliation_run.schemas import RunReconciliationRequest
from shared.access import rights
from shared.adapters.sbp.factory import payment_provider
from shared.adapters.sbp.registry_factory import payment_registries
from shared.db.session import Transactions
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.reconciliation_view import RunView
from shared.receipts import income
from shared.reconciliation import running
from shared.reconciliation.running import Sides

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/reconciliation/runs", access=rights.RECONCILE, status=HTTPStatus.CREATED)
def run_reconciliation(
    body: RunReconciliationRequest,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> RunView:
    sides = Sides(payment_registries(), payment_provider, income.of_payment)
    run = running.run_day(transactions, day=body.day, sides=sides, actor=caller.actor(facts), now=now)
    return RunView.of(run)
