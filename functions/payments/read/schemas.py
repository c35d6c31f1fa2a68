from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.payments.views import PaymentFacts, owner_word


class SplitView(ViewModel):
    line: str
    #: "platform", "agency" or "agent"
    owner: str
    amount_kopecks: int
    status: str


class PaymentView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e31",
                    "deal_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e11",
                    "step_no": 1,
                    "status": "received",
                    "amount_kopecks": 30_000_000,
                    "late": False,
                    "paid_at": "2026-11-24T10:20:00Z",
                    "splits": [
                        {
                            "line": "platform",
                            "owner": "platform",
                            "amount_kopecks": 600_000,
                            "status": "held",
                        }
                    ],
                }
            ]
        }
    )

    id: UUID
    deal_id: UUID | None
    step_no: int
    status: str
    amount_kopecks: int
    #: paid after its link had ended
    late: bool
    paid_at: datetime
    #: empty for a client
    splits: list[SplitView]

    @classmethod
    def of(cls, facts: PaymentFacts) -> "PaymentView":
        payment = facts.payment
        return cls(
            id=payment.id,
            deal_id=payment.deal_id,
            step_no=facts.step_no,
            status=payment.status,
            amount_kopecks=payment.amount_kopecks.kopecks,
            late=payment.late,
            paid_at=payment.occurred_at,
            splits=[
                SplitView(
                    line=split.line,
                    owner=owner_word(split.owner_user_id, split.owner_organization_id),
                    amount_kopecks=split.amount_kopecks.kopecks,
                    status=split.status,
                )
                for split in facts.splits
            ],
        )
