"""GET /organizations/{organization_id}: its card, for those who belong to it and the platform's staff."""

from uuid import UUID

from sqlalchemy.orm import Session

from shared.access import rights
from shared.access.rights import Reach
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.http.organization_view import OrganizationView
from shared.organizations import cards

app = HttpFunction(__name__)


@app.endpoint("GET", "/organizations/{organization_id}", access=rights.ORGANIZATIONS_READ)
def read_organization(organization_id: UUID, caller: Principal, session: Session) -> OrganizationView:
    member_id = None if caller.reach is Reach.ANY else caller.user_id
    return OrganizationView.of(cards.card(session, organization_id, member_id=member_id))
