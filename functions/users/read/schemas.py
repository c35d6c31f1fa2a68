from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.auth.directory import PersonFacts
from shared.http.inputs import ViewModel
from shared.kernel.roles import Role
from shared.organizations.models import MemberRole
from shared.users.models import TaxStatus, User, UserStatus
from shared.users.service import Contacts, Profile

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "full_name": "Иванова Мария Петровна",
    "roles": ["agent"],
    "member_roles": ["agent"],
    "staff_view": None,
}


class StaffView(ViewModel):
    """What only the platform's staff sees; each look is in the audit log. The passport itself isn't read back."""

    status: UserStatus
    blocked_at: datetime | None
    block_reason: str | None
    phone: str | None
    phone_verified: bool
    email: str | None
    email_verified: bool
    inn: str | None
    city: str | None
    address: str | None
    tax_status: TaxStatus | None
    has_passport: bool
    created_at: datetime

    @classmethod
    def of(cls, user: User, contacts: Contacts, profile: Profile) -> "StaffView":
        return cls(
            status=user.status,
            blocked_at=user.blocked_at,
            block_reason=user.block_reason,
            phone=contacts.phone,
            phone_verified=user.phone_verified_at is not None,
            email=contacts.email,
            email_verified=user.email_verified_at is not None,
            inn=profile.inn,
            city=profile.city,
            address=profile.address,
            tax_status=profile.tax_status,
            has_passport=profile.passport is not None,
            created_at=user.created_at,
        )


class UserView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    full_name: str | None
    #: the doors that are open to the person
    roles: list[Role]
    #: in the organization that the caller acts for
    member_roles: list[MemberRole]
    staff_view: StaffView | None

    @classmethod
    def of(cls, facts: PersonFacts) -> "UserView":
        seen = (
            None
            if facts.contacts is None or facts.profile is None
            else StaffView.of(facts.user, facts.contacts, facts.profile)
        )
        return cls(
            id=facts.user.id,
            full_name=facts.full_name,
            roles=facts.roles,
            member_roles=facts.member_roles,
            staff_view=seen,
        )
