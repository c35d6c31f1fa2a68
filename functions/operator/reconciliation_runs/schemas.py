from pydantic import ConfigDict

from shared.http.pagination import PageQuery, PageView
from shared.http.reconciliation_view import RUN_EXAMPLE, RunView


class ListRunsQuery(PageQuery):
    pass


class RunsPage(PageView[RunView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [RUN_EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
