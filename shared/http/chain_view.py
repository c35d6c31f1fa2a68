"""The chain from the signed terms to a kopeck, on the wire; owners are words, never ids."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from pydantic import BeforeValidator, ConfigDict

from shared.http.inputs import ViewModel
from shared.kernel.money import Money
from shared.tracing.links import Chain

_HASH: Final = "3f1c0d5e8a7b4c2d9e6f1a0b3c5d7e9f2a4b6c8d0e1f3a5b7c9d1e3f5a7b9c1d"

CHAIN_EXAMPLE: Final[dict[str, Any]] = {
    "terms": {
        "version": 1,
        "sha256": _HASH,
        "frozen_at": "2026-11-20T09:00:00Z",
        "intact": True,
    },
    "documents": [
        {
            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e61",
            "number": "Д-2026-000042",
            "kind": "service_contract",
            "sha256": _HASH,
            "signatures": [
                {"side": "client", "document_sha256": _HASH, "signed_at": "2026-11-20T10:00:00Z"},
                {"side": "executor", "document_sha256": _HASH, "signed_at": "2026-11-20T10:05:00Z"},
            ],
        }
    ],
    "intent": {
        "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e21",
        "step_no": 1,
        "amount_kopecks": 15_000_000,
        "created_at": "2026-11-24T09:50:00Z",
    },
    "payment": {
        "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
        "provider": "yookassa",
        "provider_payment_id": "30a1b2c3-000f-5000-8000-1a2b3c4d5e6f",
        "amount_kopecks": 15_000_000,
        "charge_kopecks": 105_000,
        "late": False,
        "occurred_at": "2026-11-24T10:00:00Z",
    },
    "event": {
        "key": "payment.succeeded:30a1b2c3-000f-5000-8000-1a2b3c4d5e6f",
        "body_sha256": _HASH,
        "recorded_at": "2026-11-24T10:00:01Z",
    },
    "splits": [
        {
            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e71",
            "line": "platform",
            "owner": "platform",
            "bps": None,
            "amount_kopecks": 300_000,
        },
        {
            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e72",
            "line": "agent",
            "owner": "agent",
            "bps": 10_000,
            "amount_kopecks": 14_700_000,
        },
    ],
    "recomputed": True,
    "postings": [
        {
            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e81",
            "kind": "payment_received",
            "key": "payment_received:0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
            "occurred_at": "2026-11-24T10:00:00Z",
            "recorded_at": "2026-11-24T10:00:01Z",
            "terms_sha256": _HASH,
            "document_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e05",
            "reverses_id": None,
            "entries": [
                {
                    "account": "provider_clearing",
                    "owner": None,
                    "side": "debit",
                    "amount_kopecks": 15_000_000,
                },
                {"account": "deal_hold", "owner": None, "side": "credit", "amount_kopecks": 15_000_000},
            ],
        }
    ],
}


def _kopecks(amount: Money | int) -> int:
    return amount.kopecks if isinstance(amount, Money) else amount


KopecksOf = Annotated[int, BeforeValidator(_kopecks)]


class LinkView(ViewModel):
    """Reads the record of the same fields."""

    model_config = ConfigDict(from_attributes=True)


class SignatureLinkView(LinkView):
    side: str
    document_sha256: str
    signed_at: datetime


class DocumentLinkView(LinkView):
    id: UUID
    number: str
    kind: str
    sha256: str | None
    signatures: list[SignatureLinkView]


class TermsLinkView(LinkView):
    version: int
    sha256: str
    frozen_at: datetime
    #: the stored text still has this hash
    intact: bool


class IntentLinkView(LinkView):
    id: UUID
    step_no: int
    amount_kopecks: KopecksOf
    created_at: datetime


class PaymentLinkView(LinkView):
    id: UUID
    provider: str
    provider_payment_id: str
    amount_kopecks: KopecksOf
    charge_kopecks: KopecksOf
    late: bool
    occurred_at: datetime


class EventLinkView(LinkView):
    key: str
    body_sha256: str
    recorded_at: datetime


class SplitLinkView(LinkView):
    id: UUID
    line: str
    owner: str
    #: share of what is left after VAT and the platform's fee; absent for those two
    bps: int | None
    amount_kopecks: KopecksOf


class EntryLinkView(LinkView):
    account: str
    owner: str | None
    side: str
    amount_kopecks: KopecksOf


class PostingLinkView(LinkView):
    id: UUID
    kind: str
    key: str
    occurred_at: datetime
    recorded_at: datetime
    terms_sha256: str | None
    document_id: UUID | None
    reverses_id: UUID | None
    entries: list[EntryLinkView]


class ChainView(LinkView):
    terms: TermsLinkView
    documents: list[DocumentLinkView]
    intent: IntentLinkView | None
    payment: PaymentLinkView
    event: EventLinkView | None
    splits: list[SplitLinkView]
    #: the splits are what the rule in the signed terms makes of the payment
    recomputed: bool
    postings: list[PostingLinkView]

    @classmethod
    def of(cls, chain: Chain) -> "ChainView":
        return cls.model_validate(chain)
