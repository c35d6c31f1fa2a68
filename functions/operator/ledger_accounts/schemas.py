from collections.abc import Sequence
from datetime import datetime

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel, ViewModel
from shared.ledger.accounts import AccountKind
from shared.ledger.trial_balance import AccountBalance


class ListAccountsQuery(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"kind": "payable"}]})

    kind: AccountKind = Field(examples=["payable"])
    #: of what had happened by then; now, if it isn't said
    at: datetime | None = None
    #: the key of the last account of the page before
    after: str = Field(default="", max_length=200)
    limit: int = Field(default=20, ge=1, le=100)


class AccountLine(ViewModel):
    account: str
    #: on its normal side
    balance_kopecks: int


class AccountsPage(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"items": [{"account": "client_bank", "balance_kopecks": 29_880_000}], "next_after": None}
            ]
        }
    )

    items: list[AccountLine]
    #: None: there is nothing after these
    next_after: str | None

    @classmethod
    def of(cls, found: Sequence[AccountBalance], *, limit: int) -> "AccountsPage":
        """:param found: one more than ``limit`` where there is a next page"""
        items = [
            AccountLine(account=each.account.key, balance_kopecks=each.balance.kopecks)
            for each in found[:limit]
        ]
        return cls(items=items, next_after=items[-1].account if len(found) > limit else None)
