"""GET /operator/audit: who changed what, newest first; the reading itself is written down."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.operator.audit_list.schemas import AuditPage, ListAuditQuery
from shared.access import rights
from shared.audit import reading
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/audit", access=rights.AUDIT_READ, writes=True)
def list_audit(
    query: ListAuditQuery, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> AuditPage:
    lines = reading.read(
        session,
        reader=caller.actor(facts),
        wanted=query.wanted(),
        after=query.cursor,
        limit=query.limit + 1,
        now=now,
    )
    return AuditPage.of(lines, limit=query.limit)
