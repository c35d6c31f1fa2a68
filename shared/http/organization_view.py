"""An organization as its members and the staff see it."""

from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.kernel.tax import TaxRegime
from shared.organizations.cards import Card
from shared.organizations.models import OrganizationKind, OrganizationStatus

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e61",
    "kind": "agency",
    "status": "active",
    "status_reason": None,
    "name": "Общество с ограниченной ответственностью «Дом и ключи»",
    "short_name": "ООО «Дом и ключи»",
    "inn": "7707083893",
    "kpp": "770701001",
    "ogrn": "1027700132195",
    "legal_address": "101000, г. Москва, ул. Мясницкая, д. 10, помещ. 3",
    "city": "Москва",
    "tax_regime": "osn",
    "agent_share_bps": 7_000,
    "payment_terminal": None,
    "email": "office@example.ru",
    "phone": "+79161234567",
    "created_at": "2026-11-24T10:00:00Z",
    "approved_at": "2026-11-25T10:00:00Z",
}


class OrganizationView(ViewModel):
    """What is still unknown is null: an operator approves an organization once city, tax regime, КПП and ОГРН are there."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    kind: OrganizationKind
    status: OrganizationStatus
    #: an operator's words: why it was rejected or blocked
    status_reason: str | None
    name: str
    short_name: str
    inn: str
    kpp: str | None
    ogrn: str | None
    legal_address: str
    city: str | None
    tax_regime: TaxRegime | None
    #: an agent's share by default
    agent_share_bps: int | None
    #: which terminal collects for it; null: the default one
    payment_terminal: str | None
    email: str
    phone: str
    created_at: datetime
    approved_at: datetime | None

    @classmethod
    def of(cls, card: Card) -> Self:
        return cls(**card._asdict())
