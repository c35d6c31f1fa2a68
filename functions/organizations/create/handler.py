"""POST /organizations: a person opens an organization and becomes its admin; an operator approves it."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from functions.organizations.create.schemas import OpenOrganizationRequest
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.limits import Limit
from shared.http.organization_view import OrganizationView
from shared.organizations import cards
from shared.organizations import service as organizations

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/organizations",
    access=rights.ORGANIZATIONS_CREATE,
    status=HTTPStatus.CREATED,
    limit=Limit("organizations", 10, per_seconds=86_400),
)
def open_organization(
    body: OpenOrganizationRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> OrganizationView:
    organization = organizations.register_agency(
        session,
        name=body.name,
        short_name=body.short_name,
        inn=body.inn,
        kpp=body.kpp,
        ogrn=body.ogrn,
        legal_address=body.legal_address,
        city=body.city,
        tax_regime=body.tax_regime,
        email=body.email,
        phone=body.phone,
        admin_id=caller.user_id,
        actor=caller.actor(facts),
        now=now,
    )
    return OrganizationView.of(cards.opened(session, organization))
