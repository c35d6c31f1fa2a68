"""GET /lookup/inn/{inn}: what the number itself says; nobody is asked."""

from functions.lookup.inn.schemas import InnView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.http.limits import Limit
from shared.kernel.inn_structure import inn_structure

app = HttpFunction(__name__)


@app.endpoint("GET", "/lookup/inn/{inn}", access=rights.LOOKUP, limit=Limit("lookup", 60, per_seconds=60))
def look_up_inn(inn: str, caller: Principal) -> InnView:  # noqa: ARG001 -- it is for those who have signed in
    return InnView.of(inn_structure(inn))
