"""POST /auth/register/agency: a pending agency and its admin, who signs in and proves his contacts next."""

from datetime import datetime
from http import HTTPStatus

from functions.auth.register_agency.schemas import AgencyRegisteredView, RegisterAgencyRequest
from shared.auth import agency_registration
from shared.db.session import Transactions
from shared.http.caller import PUBLIC
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/auth/register/agency", access=PUBLIC, status=HTTPStatus.CREATED)
def register(
    body: RegisterAgencyRequest, transactions: Transactions, facts: RequestFacts, now: datetime
) -> AgencyRegisteredView:
    agency_id = agency_registration.register(
        transactions,
        inn=body.inn,
        name=body.name,
        legal_address=body.legal_address,
        contact_name=body.contact_name,
        contact_phone=body.contact_phone,
        contact_email=body.contact_email,
        password=body.password,
        kinds=body.consents.given(),
        ip=facts.ip,
        user_agent=facts.user_agent,
        now=now,
    )
    return AgencyRegisteredView(id=agency_id, message="Заявка принята. Что делать дальше, написано в письме.")
