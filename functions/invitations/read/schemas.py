from datetime import datetime
from enum import StrEnum
from typing import Self

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.organizations.invitation_models import InvitationStatus
from shared.organizations.invitation_reading import Offer
from shared.organizations.models import MemberRole


class OfferState(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    REVOKED = "revoked"
    EXPIRED = "expired"


class OfferView(ViewModel):
    """Who invites to what; ``address`` is masked: the person signs in by it and then accepts."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "organization": "ООО «Дом и ключи»",
                    "member_role": "agent",
                    "address": "+7 916 ***-**-67",
                    "state": "pending",
                    "expires_at": "2026-12-01T10:00:00Z",
                }
            ]
        }
    )

    organization: str
    member_role: MemberRole
    address: str | None
    state: OfferState
    expires_at: datetime

    @classmethod
    def of(cls, offer: Offer, now: datetime) -> Self:
        expired = offer.status is InvitationStatus.PENDING and offer.expires_at <= now
        return cls(
            organization=offer.organization,
            member_role=offer.member_role,
            address=offer.address,
            state=OfferState.EXPIRED if expired else OfferState(offer.status.value),
            expires_at=offer.expires_at,
        )
