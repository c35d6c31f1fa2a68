"""A payment link on the wire."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.payments.intents import IntentFacts


class IntentView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e21",
                    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
                    "step_no": 1,
                    "status": "pending",
                    "amount_kopecks": 30_000_000,
                    "url": "https://pay.example.ru/checkout?orderId=2f1e",
                    "qr_payload": None,
                    "expires_at": "2026-11-24T11:00:00Z",
                }
            ]
        }
    )

    id: UUID
    deal_id: UUID
    step_no: int
    status: str
    amount_kopecks: int
    #: the page where the client pays; absent until the provider answered
    url: str | None
    #: for providers that give the code itself rather than a page
    qr_payload: str | None
    expires_at: datetime | None

    @classmethod
    def of(cls, facts: IntentFacts) -> "IntentView":
        intent = facts.intent
        return cls(
            id=intent.id,
            deal_id=intent.deal_id,
            step_no=facts.step_no,
            status=intent.status,
            amount_kopecks=intent.amount_kopecks.kopecks,
            url=intent.url,
            qr_payload=None,
            expires_at=intent.expires_at,
        )
