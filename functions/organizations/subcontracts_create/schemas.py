from typing import Annotated
from uuid import UUID

from pydantic import ConfigDict, Field

from shared.documents.models import Document
from shared.http.fields import PhoneField
from shared.http.inputs import RequestModel, ViewModel
from shared.kernel.money import ALL_BPS
from shared.organizations.models import ServiceSubcontract


class OfferSubcontractRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"agent_phone": "+79161234567", "share_bps": 7_000}]}
    )

    agent_phone: PhoneField
    #: the agent's share of the commission less VAT and the platform's fee, bps; by default his own as a member of the
    #: organization, else the organization's
    share_bps: Annotated[int, Field(strict=True, gt=0, lt=ALL_BPS)] | None = None


class SubcontractView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e41",
                    "document_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e42",
                    "share_bps": 7_000,
                    "status": "awaiting_signatures",
                }
            ]
        }
    )

    id: UUID
    document_id: UUID
    share_bps: int
    status: str

    @classmethod
    def of(cls, subcontract: ServiceSubcontract, document: Document) -> "SubcontractView":
        return cls(
            id=subcontract.id,
            document_id=document.id,
            share_bps=subcontract.share_bps,
            status=subcontract.status,
        )
