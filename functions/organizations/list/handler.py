"""GET /organizations: those to which the caller belongs; for the platform's staff, all."""

from sqlalchemy.orm import Session

from functions.organizations.list.schemas import ListOrganizationsQuery, OrganizationPage
from shared.access import rights
from shared.access.rights import Reach
from shared.http.caller import Principal
from shared.http.function import HttpFunction
from shared.http.organization_view import OrganizationView
from shared.organizations import cards

app = HttpFunction(__name__)


@app.endpoint("GET", "/organizations", access=rights.ORGANIZATIONS_LIST)
def list_organizations(
    query: ListOrganizationsQuery, caller: Principal, session: Session
) -> OrganizationPage:
    found, total = cards.page_of(
        session,
        query.wanted(),
        member_id=None if caller.reach is Reach.ANY else caller.user_id,
        offset=query.offset,
        limit=query.size,
    )
    return OrganizationPage(
        items=[OrganizationView.of(card) for card in found], total=total, page=query.page, size=query.size
    )
