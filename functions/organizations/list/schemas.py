from typing import Annotated

from pydantic import ConfigDict, StringConstraints

from shared.http.organization_view import EXAMPLE, OrganizationView
from shared.http.pagination import PageQuery, PageView
from shared.organizations.cards import Wanted
from shared.organizations.models import OrganizationStatus


class ListOrganizationsQuery(PageQuery):
    """``text``: a part of the name."""

    status: OrganizationStatus | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = None

    def wanted(self) -> Wanted:
        return Wanted(self.status, self.text)


class OrganizationPage(PageView[OrganizationView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
