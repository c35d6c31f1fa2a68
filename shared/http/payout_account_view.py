"""Where a person is paid, as he sees it."""

from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.kernel.contacts import masked_phone
from shared.organizations.payout_account_models import PayoutAccountKind
from shared.organizations.payout_accounts import AccountLine

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e05",
    "kind": "sbp_phone",
    "phone": "+7 916 ***-**-67",
    "bank_id": "100000000111",
    "is_default": True,
    "usable_from": "2026-11-24T10:00:00Z",
    "created_at": "2026-11-24T10:00:00Z",
}


class PayoutAccountView(ViewModel):
    """``phone`` is masked; before ``usable_from`` nothing is paid there."""

    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    kind: PayoutAccountKind
    phone: str
    bank_id: str
    is_default: bool
    usable_from: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, line: AccountLine) -> Self:
        return cls(
            id=line.id,
            kind=line.kind,
            phone=masked_phone(line.phone),
            bank_id=line.bank_id,
            is_default=line.is_default,
            usable_from=line.usable_from,
            created_at=line.created_at,
        )
