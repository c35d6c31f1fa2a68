"""GET /operator/suspense: money that fitted nothing, and why; the longest there first."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.operator.suspense_list.schemas import SuspendedView, SuspensePage
from shared.access import rights
from shared.desk import suspense
from shared.http.function import HttpFunction
from shared.http.pagination import PageQuery

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/suspense", access=rights.SUSPENSE_RESOLVE)
def list_suspense(query: PageQuery, session: Session, now: datetime) -> SuspensePage:
    found, total = suspense.page(session, offset=query.offset, limit=query.size)
    return SuspensePage(
        items=[SuspendedView.of(each, now) for each in found], total=total, page=query.page, size=query.size
    )
