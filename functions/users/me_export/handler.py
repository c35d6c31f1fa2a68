"""GET /users/me/export: all that the platform keeps of the caller, whatever state his account is in."""

from datetime import datetime

from sqlalchemy.orm import Session

from functions.users.me_export.schemas import ExportQuery, ExportView
from shared.access import rights
from shared.adapters.storage import presign
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.limits import Limit
from shared.privacy import export

app = HttpFunction(__name__)


@app.endpoint(
    "GET",
    "/users/me/export",
    access=rights.OWN_ACCOUNT,
    open_to_incomplete=True,
    limit=Limit("exports", 20, per_seconds=86_400),
    writes=True,
)
def export_me(
    query: ExportQuery, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> ExportView:
    exported = export.export(
        session,
        user_id=caller.user_id,
        session_id=caller.session_id,
        wanted=query.wanted(),
        links=presign.download_links(),
        actor=caller.actor(facts),
        now=now,
    )
    return ExportView.of(exported, now)
