from uuid import UUID

from pydantic import ConfigDict

from shared.http.chain_view import CHAIN_EXAMPLE, ChainView, KopecksOf, LinkView
from shared.http.inputs import ViewModel
from shared.tracing.refunds import RefundChain


class RefundPartView(LinkView):
    split_id: UUID
    line: str
    owner: str
    amount_kopecks: KopecksOf
    #: out of what was not released yet
    from_hold_kopecks: KopecksOf
    #: out of what was released and not paid out
    from_payable_kopecks: KopecksOf
    #: what had been paid out: its owner owes it
    as_receivable_kopecks: KopecksOf
    fee_net_kopecks: KopecksOf
    fee_vat_kopecks: KopecksOf


class RefundExplanation(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "refund_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e91",
                    "amount_kopecks": 15_000_000,
                    "status": "succeeded",
                    "parts": [
                        {
                            "split_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e71",
                            "line": "platform",
                            "owner": "platform",
                            "amount_kopecks": 300_000,
                            "from_hold_kopecks": 0,
                            "from_payable_kopecks": 0,
                            "as_receivable_kopecks": 0,
                            "fee_net_kopecks": 245_902,
                            "fee_vat_kopecks": 54_098,
                        },
                        {
                            "split_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e72",
                            "line": "agent",
                            "owner": "agent",
                            "amount_kopecks": 14_700_000,
                            "from_hold_kopecks": 0,
                            "from_payable_kopecks": 0,
                            "as_receivable_kopecks": 14_700_000,
                            "fee_net_kopecks": 0,
                            "fee_vat_kopecks": 0,
                        },
                    ],
                    "chain": CHAIN_EXAMPLE,
                }
            ]
        }
    )

    refund_id: UUID
    amount_kopecks: int
    status: str
    #: they sum to the amount
    parts: list[RefundPartView]
    chain: ChainView

    @classmethod
    def of(cls, found: RefundChain) -> "RefundExplanation":
        return cls(
            refund_id=found.refund.id,
            amount_kopecks=found.refund.amount_kopecks.kopecks,
            status=found.refund.status,
            parts=[RefundPartView.model_validate(part) for part in found.parts],
            chain=ChainView.of(found.chain),
        )
