"""GET /lookup/bik/{bik}: the bank of a БИК."""

from sqlalchemy.orm import Session

from functions.lookup.bik.schemas import BankView
from shared.access import rights
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.http.limits import Limit
from shared.organizations import banks

app = HttpFunction(__name__)


@app.endpoint("GET", "/lookup/bik/{bik}", access=rights.LOOKUP, limit=Limit("lookup", 60, per_seconds=60))
def look_up_bik(bik: str, caller: Principal, session: Session) -> BankView:  # noqa: ARG001 -- for the signed-in
    return BankView.of(banks.find(session, bik))
