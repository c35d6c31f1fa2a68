from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.signatures.requests import Requested


class SignatureRequestView(ViewModel):
    """What is shown beside the field for the code."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "request_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
                    "text": "Подписываю простой электронной подписью (документов: 1): "
                    "договор оказания услуг № Д-2026-000042, SHA-256 6f1d…bcde.",
                    "phone_hint": "+7 *** ***-45-67",
                    "expires_at": "2026-11-24T10:05:00Z",
                }
            ]
        }
    )

    request_id: UUID
    text: str
    phone_hint: str
    expires_at: datetime

    @classmethod
    def of(cls, requested: Requested) -> "SignatureRequestView":
        return cls(
            request_id=requested.request_id,
            text=requested.text,
            phone_hint=requested.phone_hint,
            expires_at=requested.expires_at,
        )
