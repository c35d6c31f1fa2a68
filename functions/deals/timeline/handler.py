"""GET /deals/{deal_id}/timeline: what happened to a deal, newest first."""

from uuid import UUID

from sqlalchemy.orm import Session

from functions.deals.timeline.schemas import TimelinePage
from shared.access import rights
from shared.http.caller import Principal
from shared.http.cursor import CursorQuery
from shared.http.deal_view import viewer
from shared.http.function import HttpFunction
from shared.tracing import timeline

app = HttpFunction(__name__)


@app.endpoint("GET", "/deals/{deal_id}/timeline", access=rights.DEALS_TIMELINE)
def read_timeline(deal_id: UUID, query: CursorQuery, caller: Principal, session: Session) -> TimelinePage:
    events = timeline.story_of(session, deal_id, viewer(caller), after=query.cursor, limit=query.limit + 1)
    return TimelinePage.of(events, limit=query.limit)
