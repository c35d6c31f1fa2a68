from enum import StrEnum

from pydantic import ConfigDict, Field

from shared.http.fields import ShareField
from shared.http.inputs import RequestModel
from shared.http.member_view import AuthorityField
from shared.organizations.members import Changes
from shared.organizations.models import MemberRole


class AddedRole(StrEnum):
    """A signer is appointed with his basis: ``POST …/signers``."""

    ADMIN = "admin"
    AGENT = "agent"
    ACCOUNTANT = "accountant"


class UpdateMemberRequest(RequestModel):
    """``share_bps`` null: the organization's own share again. A new ``authority`` must be checked by an operator."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"add_roles": ["accountant"], "remove_roles": ["admin"]}, {"share_bps": 7_500}]
        }
    )

    add_roles: list[AddedRole] = Field(default_factory=list, max_length=3)
    remove_roles: list[MemberRole] = Field(default_factory=list, max_length=4)
    share_bps: ShareField | None = None
    authority: AuthorityField | None = None

    def changes(self) -> Changes:
        return Changes(
            add=frozenset(MemberRole(role.value) for role in self.add_roles),
            remove=frozenset(self.remove_roles),
            share=(self.share_bps,) if "share_bps" in self.model_fields_set else (),
            authority=None if self.authority is None else self.authority.authority(),
        )
