"""A receipt on the wire."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.http.pagination import PageView
from shared.receipts.kkt_models import KktKind, KktReceipt
from shared.receipts.models import ReceiptStatus
from shared.receipts.views import ReceiptFacts

_OF_NPD: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e51",
    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "kind": "npd",
    "status": "delivered",
    "amount_kopecks": 16_793_115,
    "link": "https://nalog.example.ru/receipt/200bzznrt0/print",
    "payer": {"kind": "agency", "name": "ООО «Дом»"},
    "registered_at": "2026-11-24T10:31:00Z",
    "kkt": None,
}
_OF_KKT: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e52",
    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
    "kind": "kkt",
    "status": "registered",
    "amount_kopecks": 30_000_000,
    "link": None,
    "payer": {"kind": "client", "name": None},
    "registered_at": "2026-11-24T10:31:00Z",
    "kkt": {
        "kind": "prepayment",
        "follows_id": None,
        "document_number": "1001",
        "storage_number": "9288000100115785",
        "attribute": "3504493341",
        "failure_reason": None,
    },
}


class PayerView(ViewModel):
    #: "client" or "agency"
    kind: str
    #: an agency's name; a client's stays in his deal
    name: str | None


class KktView(ViewModel):
    """What the tax service's page finds a cash register's receipt by."""

    kind: KktKind
    #: the receipt of the money that this one offsets or returns
    follows_id: UUID | None
    document_number: str | None
    storage_number: str | None
    attribute: str | None
    #: a stable word, where the register didn't take it
    failure_reason: str | None

    @classmethod
    def of(cls, kkt: KktReceipt) -> "KktView":
        return cls(
            kind=kkt.kkt_kind,
            follows_id=kkt.follows_id,
            document_number=kkt.document_number,
            storage_number=kkt.storage_number,
            attribute=kkt.attribute,
            failure_reason=kkt.failure_reason,
        )


class ReceiptLine(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_OF_KKT]})

    id: UUID
    deal_id: UUID
    kind: str
    status: ReceiptStatus
    amount_kopecks: int
    #: the receipt's page at the tax service, once it is registered; a cash register's has none
    link: str | None
    payer: PayerView
    registered_at: datetime | None
    #: of a cash register's receipt
    kkt: KktView | None

    @classmethod
    def of(cls, facts: ReceiptFacts) -> "ReceiptLine":
        receipt = facts.receipt
        return cls(
            id=receipt.id,
            deal_id=receipt.deal_id,
            kind=receipt.kind,
            status=receipt.status,
            amount_kopecks=receipt.amount_kopecks.kopecks,
            link=facts.link,
            payer=PayerView(kind=facts.payer_kind, name=facts.payer_name),
            registered_at=receipt.registered_at,
            kkt=None if facts.kkt is None else KktView.of(facts.kkt),
        )


class ReceiptPage(PageView[ReceiptLine]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_OF_KKT, _OF_NPD], "total": 2, "page": 1, "size": 20}]}
    )
