"""A payment link on the wire."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.payments import pay_links
from shared.payments.intent_reading import IntentFacts
from shared.payments.models import OPEN

EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e21",
    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "step_no": 1,
    "status": "pending",
    "amount_kopecks": 30_000_000,
    "url": "https://pay.example.ru/checkout?orderId=2f1e",
    "qr_payload": None,
    "pay_url": "https://lk.housler.ru/pay/Zk3v0mD5m8y1w2x3c4v5b6n7m8a9s0d1f2g3h4j5k6l",
    "expires_at": "2026-11-24T11:00:00Z",
    "paid_at": None,
    "cancel_asked": False,
    "replaces_id": None,
    "timeline": [
        {"at": "2026-11-24T10:00:00Z", "event": "created", "reason": None},
        {"at": "2026-11-24T10:00:01Z", "event": "pending", "reason": None},
    ],
}


class MomentView(ViewModel):
    at: datetime
    #: a status; "unknown": the bank's answer was lost; "cancel_asked"
    event: str
    reason: str | None


class IntentView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [EXAMPLE]})

    id: UUID
    deal_id: UUID
    step_no: int
    status: str
    amount_kopecks: int
    #: the provider's page where the client pays; absent until it answered, and when nobody is to pay any more
    url: str | None
    #: for providers that give the code itself rather than a page
    qr_payload: str | None
    #: our own page, for whoever holds its address: the sum, the code, how it stands
    pay_url: str
    expires_at: datetime | None
    paid_at: datetime | None
    #: it is being taken back: nobody is to pay by it
    cancel_asked: bool
    #: the link that ended for this one
    replaces_id: UUID | None
    timeline: list[MomentView]

    @classmethod
    def of(cls, facts: IntentFacts) -> "IntentView":
        intent = facts.intent
        shown = intent.status in OPEN and intent.cancel_asked_at is None
        return cls(
            id=intent.id,
            deal_id=intent.deal_id,
            step_no=facts.step_no,
            status=intent.status,
            amount_kopecks=intent.amount_kopecks.kopecks,
            url=intent.url if shown else None,
            qr_payload=intent.qr_payload if shown else None,
            pay_url=pay_links.address_of(intent),
            expires_at=intent.expires_at,
            paid_at=intent.paid_at,
            cancel_asked=intent.cancel_asked_at is not None,
            replaces_id=intent.replaces_id,
            timeline=[MomentView(at=one.at, event=one.event, reason=one.reason) for one in facts.timeline],
        )
