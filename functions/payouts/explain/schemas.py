from uuid import UUID

from pydantic import ConfigDict

from shared.http.chain_view import CHAIN_EXAMPLE, ChainView, KopecksOf, LinkView
from shared.http.inputs import ViewModel
from shared.tracing.payouts import PayoutChain


class PayoutItemView(LinkView):
    split_id: UUID
    amount_kopecks: KopecksOf


class SetOffView(LinkView):
    receivable_split_id: UUID
    amount_kopecks: KopecksOf


class PayoutExplanation(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "payout_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e41",
                    "amount_kopecks": 14_700_000,
                    "status": "succeeded",
                    "items": [
                        {"split_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e72", "amount_kopecks": 14_700_000}
                    ],
                    "set_offs": [],
                    "chain": CHAIN_EXAMPLE,
                }
            ]
        }
    )

    payout_id: UUID
    amount_kopecks: int
    status: str
    #: the splits that it pays, and how much of each
    items: list[PayoutItemView]
    #: what of that went to its owner's debts; the rest is the amount
    set_offs: list[SetOffView]
    chain: ChainView

    @classmethod
    def of(cls, found: PayoutChain) -> "PayoutExplanation":
        return cls(
            payout_id=found.payout.id,
            amount_kopecks=found.payout.amount_kopecks.kopecks,
            status=found.payout.status,
            items=[PayoutItemView.model_validate(item) for item in found.items],
            set_offs=[SetOffView.model_validate(one) for one in found.set_offs],
            chain=ChainView.of(found.chain),
        )
