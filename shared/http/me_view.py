"""A person as he sees himself; reading and changing oneself answer with it."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.auth.me import Me, Membership, Standing
from shared.http.inputs import ViewModel
from shared.kernel.roles import Role
from shared.organizations.models import MemberRole
from shared.users.consent_kinds import ConsentKind
from shared.users.models import TaxStatus
from shared.users.service import Profile

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "role": "agent",
    "status": "active",
    "phone": "+79161234567",
    "phone_verified": True,
    "email": None,
    "profile": {
        "full_name": "Иванова Мария Петровна",
        "inn": "500100732259",
        "city": "Москва",
        "tax_status": "self_employed",
        "address": None,
        "has_passport": False,
    },
    "organizations": [
        {
            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e02",
            "short_name": "Дом и ключи",
            "member_roles": ["agent"],
        }
    ],
    "consents": {
        "personal_data": True,
        "terms": True,
        "marketing": False,
        "realtor_offer": True,
        "agency_offer": False,
    },
    "signature_agreement_accepted": True,
    "created_at": "2026-11-24T10:00:00Z",
}


class ProfileView(ViewModel):
    full_name: str | None
    inn: str | None
    city: str | None
    tax_status: TaxStatus | None
    address: str | None
    #: the passport itself is not read back
    has_passport: bool

    @classmethod
    def of(cls, profile: Profile) -> "ProfileView":
        return cls(
            full_name=profile.full_name,
            inn=profile.inn,
            city=profile.city,
            tax_status=profile.tax_status,
            address=profile.address,
            has_passport=profile.passport is not None,
        )


class MembershipView(ViewModel):
    id: UUID
    short_name: str
    member_roles: list[MemberRole]

    @classmethod
    def of(cls, membership: Membership) -> "MembershipView":
        return cls(
            id=membership.organization_id,
            short_name=membership.short_name,
            member_roles=membership.member_roles,
        )


class MeView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    #: of the door that he came through
    role: Role
    status: Standing
    phone: str | None
    phone_verified: bool
    email: str | None
    profile: ProfileView
    organizations: list[MembershipView]
    consents: dict[ConsentKind, bool]
    signature_agreement_accepted: bool
    created_at: datetime

    @classmethod
    def of(cls, me: Me, role: Role) -> "MeView":
        return cls(
            id=me.user.id,
            role=role,
            status=me.standing(role),
            phone=me.contacts.phone,
            phone_verified=me.user.phone_verified_at is not None,
            email=me.contacts.email,
            profile=ProfileView.of(me.profile),
            organizations=[MembershipView.of(each) for each in me.organizations],
            consents={kind: kind in me.consents for kind in ConsentKind},
            signature_agreement_accepted=me.signature_agreement_accepted,
            created_at=me.user.created_at,
        )
