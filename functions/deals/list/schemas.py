from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, StringConstraints

from shared.deals.models import Deal, DealStatus, DealType
from shared.deals.views import DealFilter
from shared.http.inputs import ViewModel
from shared.http.pagination import PageQuery


class ListDealsQuery(PageQuery):
    status: DealStatus | None = None
    type: DealType | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=40)] | None = None
    created_from: date | None = None
    created_to: date | None = None

    def wanted(self) -> DealFilter:
        return DealFilter(self.status, self.type, self.text, self.created_from, self.created_to)


class DealLine(ViewModel):
    id: UUID
    number: str
    type: str
    status: str
    executor: str
    city: str
    created_at: datetime
    signed_at: datetime | None

    @classmethod
    def of(cls, deal: Deal) -> "DealLine":
        return cls(
            id=deal.id,
            number=deal.number,
            type=deal.type,
            status=deal.status,
            executor=deal.executor_kind,
            city=deal.city,
            created_at=deal.created_at,
            signed_at=deal.signed_at,
        )


class DealPage(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
                            "number": "2026-000042",
                            "type": "secondary_sell",
                            "status": "draft",
                            "executor": "org",
                            "city": "Москва",
                            "created_at": "2026-11-24T10:00:00Z",
                            "signed_at": None,
                        }
                    ],
                    "total": 1,
                    "page": 1,
                    "size": 20,
                }
            ]
        }
    )

    items: list[DealLine]
    total: int
    page: int
    size: int
