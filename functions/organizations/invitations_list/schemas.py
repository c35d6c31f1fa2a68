from pydantic import ConfigDict

from shared.http.invitation_view import EXAMPLE, InvitationView
from shared.http.pagination import PageQuery, PageView
from shared.organizations.invitation_models import InvitationStatus


class ListInvitationsQuery(PageQuery):
    status: InvitationStatus | None = None


class InvitationPage(PageView[InvitationView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
