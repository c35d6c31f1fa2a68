from typing import Self
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.organizations.invitation_models import Invitation
from shared.organizations.models import MemberRole


class JoinedView(ViewModel):
    """``organization_id`` is what ``X-Organization-Id`` names from now on."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"organization_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e61", "member_role": "agent"}]
        }
    )

    organization_id: UUID
    member_role: MemberRole

    @classmethod
    def of(cls, invitation: Invitation) -> Self:
        return cls(organization_id=invitation.organization_id, member_role=invitation.member_role)
