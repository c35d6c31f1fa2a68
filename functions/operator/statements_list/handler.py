"""GET /operator/statements: the bank statements that were taken, newest first."""

from sqlalchemy.orm import Session

from functions.operator.statements_list.schemas import ListStatementsQuery, StatementsPage
from shared.access import rights
from shared.http.function import HttpFunction
from shared.http.statement_view import StatementView, fields_of
from shared.reconciliation import views

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/statements", access=rights.STATEMENTS_TAKE)
def list_statements(query: ListStatementsQuery, session: Session) -> StatementsPage:
    statements, total = views.statements_page(session, offset=query.offset, limit=query.size)
    return StatementsPage(
        items=[StatementView(**fields_of(each)) for each in statements],
        total=total,
        page=query.page,
        size=query.size,
    )
