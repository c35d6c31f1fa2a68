from pydantic import ConfigDict

from shared.http.inputs import RequestModel, ViewModel
from shared.payouts.books import Books


class LedgerTotalsRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{}]})


class BalanceLine(ViewModel):
    #: a kind of account, such as "payable"
    account: str
    kopecks: int


class LedgerTotalsView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "debits_kopecks": 30_210_000,
                    "credits_kopecks": 30_210_000,
                    "cover_ok": True,
                    "balances": [{"account": "deal_hold", "kopecks": 30_000_000}],
                }
            ]
        }
    )

    debits_kopecks: int
    credits_kopecks: int
    cover_ok: bool
    balances: list[BalanceLine]

    @classmethod
    def of(cls, books: Books) -> "LedgerTotalsView":
        return cls(
            debits_kopecks=books.totals.debits.kopecks,
            credits_kopecks=books.totals.credits.kopecks,
            cover_ok=books.cover_holds,
            balances=[
                BalanceLine(account=kind, kopecks=amount.kopecks) for kind, amount in books.by_kind.items()
            ],
        )
