from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.http.pagination import PageQuery, PageView
from shared.receipts.views import ReceiptFacts


class ListReceiptsQuery(PageQuery):
    deal_id: UUID | None = None


class PayerView(ViewModel):
    #: "client" or "agency"
    kind: str
    #: an agency's name; a client's stays in his deal
    name: str | None


class ReceiptLine(ViewModel):
    id: UUID
    deal_id: UUID
    kind: str
    status: str
    amount_kopecks: int
    #: the receipt's page at the tax service, once it is registered
    link: str | None
    payer: PayerView
    registered_at: datetime | None

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
        )


class ReceiptPage(PageView[ReceiptLine]):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e51",
                            "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
                            "kind": "npd",
                            "status": "delivered",
                            "amount_kopecks": 16_793_115,
                            "link": "https://nalog.example.ru/receipt/200bzznrt0/print",
                            "payer": {"kind": "agency", "name": "ООО «Дом»"},
                            "registered_at": "2026-11-24T10:31:00Z",
                        }
                    ],
                    "total": 1,
                    "page": 1,
                    "size": 20,
                }
            ]
        }
    )
