from pydantic import ConfigDict

from shared.http import statement_view
from shared.http.pagination import PageQuery, PageView
from shared.http.statement_view import StatementView


class ListStatementsQuery(PageQuery):
    pass


class StatementsPage(PageView[StatementView]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"items": [statement_view.EXAMPLE], "total": 1, "page": 1, "size": 20}]
        }
    )
