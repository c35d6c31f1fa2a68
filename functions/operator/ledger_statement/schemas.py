import base64
import struct
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

from pydantic import ConfigDict, Field, PlainValidator, WithJsonSchema

from shared.http.inputs import RequestModel, ViewModel
from shared.ledger.accounts import Account
from shared.ledger.statement import Cursor, Line, Page

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
#: microseconds of the epoch, a UUID, the line's number, microseconds again
_LAYOUT: Final = ">Q16sHQ"


def to_word(cursor: Cursor) -> str:
    packed = struct.pack(
        _LAYOUT,
        (cursor.occurred_at - EARLIEST) // _MICROSECOND,
        cursor.transaction_id.bytes,
        cursor.line_no,
        (cursor.known_until - EARLIEST) // _MICROSECOND,
    )
    return base64.urlsafe_b64encode(packed).decode()


def to_cursor(word: object) -> Cursor:
    """:raises ValueError: not what ``to_word`` gives"""
    try:
        raw = base64.b64decode(str(word), altchars=b"-_", validate=True)
        occurred, identifier, line_no, known = struct.unpack(_LAYOUT, raw)
        return Cursor(
            EARLIEST + occurred * _MICROSECOND,
            UUID(bytes=identifier),
            line_no,
            EARLIEST + known * _MICROSECOND,
        )
    except (ValueError, OverflowError, struct.error):
        raise ValueError("Возьмите значение next_cursor из прошлого ответа.") from None


class AccountStatementQuery(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"account": "client_bank"}]})

    #: its key: "client_bank", "payable:OWNER:SPLIT"; one never posted to has no lines
    account: Annotated[
        str, Field(pattern=r"^[a-z_]{1,32}(:[A-Za-z0-9_.-]{1,64}){0,2}$", examples=["client_bank"])
    ]
    #: what happened from then on
    since: datetime | None = None
    #: and before then
    until: datetime | None = None
    cursor: (
        Annotated[
            Cursor,
            PlainValidator(to_cursor),
            WithJsonSchema({"type": "string", "pattern": "^[A-Za-z0-9_=-]{48}$"}),
        ]
        | None
    ) = None
    limit: int = Field(default=20, ge=1, le=100)

    def named(self) -> Account:
        return Account(self.account)


class AccountLine(ViewModel):
    transaction_id: UUID
    line_no: int
    kind: str
    occurred_at: datetime
    recorded_at: datetime
    #: "debit" or "credit"
    side: str
    amount_kopecks: int
    #: of the account after this line, on its normal side
    balance_kopecks: int
    payment_id: UUID | None
    split_id: UUID | None
    payout_id: UUID | None
    refund_id: UUID | None
    reverses_id: UUID | None

    @classmethod
    def of(cls, line: Line) -> "AccountLine":
        fields = line._asdict()
        return cls(
            amount_kopecks=fields.pop("amount").kopecks,
            balance_kopecks=fields.pop("balance").kopecks,
            **fields,
        )


class AccountStatement(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "items": [
                        {
                            "transaction_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e51",
                            "line_no": 1,
                            "kind": "provider_settled",
                            "occurred_at": "2026-11-24T10:00:00Z",
                            "recorded_at": "2026-11-24T10:00:02Z",
                            "side": "debit",
                            "amount_kopecks": 29_880_000,
                            "balance_kopecks": 29_880_000,
                            "payment_id": None,
                            "split_id": None,
                            "payout_id": None,
                            "refund_id": None,
                            "reverses_id": None,
                        }
                    ],
                    "next_cursor": None,
                }
            ]
        }
    )

    items: list[AccountLine]
    #: None: there is nothing after these
    next_cursor: str | None

    @classmethod
    def of(cls, page: Page) -> "AccountStatement":
        return cls(
            items=[AccountLine.of(line) for line in page.lines],
            next_cursor=None if page.after is None else to_word(page.after),
        )
