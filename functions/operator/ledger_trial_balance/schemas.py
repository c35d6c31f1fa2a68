from collections.abc import Sequence
from datetime import datetime

from pydantic import ConfigDict

from shared.http.inputs import RequestModel, ViewModel
from shared.ledger.balances import KindTotals


class TrialBalanceQuery(RequestModel):
    #: of what had happened by then; now, if it isn't said
    at: datetime | None = None


class KindLine(ViewModel):
    #: a kind of account, such as "payable"
    kind: str
    debits_kopecks: int
    credits_kopecks: int
    #: on the kind's normal side
    balance_kopecks: int


class TrialBalanceView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "debits_kopecks": 30_000_000,
                    "credits_kopecks": 30_000_000,
                    "kinds": [
                        {
                            "kind": "deal_hold",
                            "debits_kopecks": 0,
                            "credits_kopecks": 30_000_000,
                            "balance_kopecks": 30_000_000,
                        }
                    ],
                }
            ]
        }
    )

    #: equal, or the books are broken
    debits_kopecks: int
    credits_kopecks: int
    kinds: list[KindLine]

    @classmethod
    def of(cls, kinds: Sequence[KindTotals]) -> "TrialBalanceView":
        return cls(
            debits_kopecks=sum(kind.debits.kopecks for kind in kinds),
            credits_kopecks=sum(kind.credits.kopecks for kind in kinds),
            kinds=[
                KindLine(
                    kind=kind.kind,
                    debits_kopecks=kind.debits.kopecks,
                    credits_kopecks=kind.credits.kopecks,
                    balance_kopecks=kind.balance.kopecks,
                )
                for kind in kinds
            ],
        )
