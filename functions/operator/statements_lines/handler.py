"""GET /operator/statements/{statement_id}/lines: what the bank says of each document; the reading is written down."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.statements_lines.schemas import LinesView, LineView, ListLinesQuery
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.reconciliation import line_reading

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/statements/{statement_id}/lines", access=rights.STATEMENTS_TAKE, writes=True)
def list_lines(
    statement_id: UUID,
    query: ListLinesQuery,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> LinesView:
    opened = line_reading.open_lines(
        session,
        statement_id=statement_id,
        unsettled=query.unsettled,
        reader=caller.actor(facts),
        now=now,
    )
    return LinesView(items=[LineView.of(each) for each in opened])
