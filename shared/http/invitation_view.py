"""An invitation as its organization sees it; and the terms of one as they are given."""

from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, model_validator

from shared.http.fields import ShareField
from shared.http.inputs import RequestModel, ViewModel
from shared.http.member_view import AuthorityField
from shared.organizations.invitation_models import InvitationChannel, InvitationStatus
from shared.organizations.invitation_reading import InvitationLine
from shared.organizations.models import MemberRole
from shared.organizations.terms import Terms

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e71",
    "member_role": "agent",
    "share_bps": 7_000,
    "channel": "sms",
    "address": "+7 916 ***-**-67",
    "status": "pending",
    "created_at": "2026-11-24T10:00:00Z",
    "expires_at": "2026-12-01T10:00:00Z",
    "decided_at": None,
}


class TermsFields(RequestModel):
    """``share_bps`` is an agent's, ``authority`` a signer's."""

    member_role: MemberRole
    share_bps: ShareField | None = None
    authority: AuthorityField | None = None

    @model_validator(mode="after")
    def _fit_the_role(self) -> Self:
        if self.share_bps is not None and self.member_role is not MemberRole.AGENT:
            raise ValueError("Доля бывает только у агента.")
        if (self.authority is not None) != (self.member_role is MemberRole.SIGNER):
            raise ValueError("Должность и основание указывают для подписанта, и только для него.")
        return self

    def terms(self) -> Terms:
        return Terms(self.share_bps, None if self.authority is None else self.authority.authority())


class InvitationView(ViewModel):
    """``address`` is masked, and null once the invitation is decided; a pending one past ``expires_at`` is dead."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    member_role: MemberRole
    share_bps: int | None
    channel: InvitationChannel
    address: str | None
    status: InvitationStatus
    created_at: datetime
    expires_at: datetime
    decided_at: datetime | None

    @classmethod
    def of(cls, line: InvitationLine) -> Self:
        return cls(
            id=line.id,
            member_role=line.member_role,
            share_bps=line.terms.share_bps,
            channel=line.channel,
            address=line.address,
            status=line.status,
            created_at=line.created_at,
            expires_at=line.expires_at,
            decided_at=line.decided_at,
        )
