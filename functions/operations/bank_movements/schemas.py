from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, ConfigDict, Field, model_validator

from shared.http.inputs import RequestModel, ViewModel
from shared.kernel.money import Money
from shared.payouts.bank_movements import OF_A_PROVIDER, BankMovement, MovementKind, RecordedMovement


class BankMovementRequest(RequestModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "kind": "payouts_funded",
                    "provider": "yookassa",
                    "amount_kopecks": 16_793_115,
                    "reference": "pp-118-2026-11-24",
                    "occurred_at": "2026-11-24T10:25:00Z",
                }
            ]
        }
    )

    kind: MovementKind
    provider: str | None = Field(default=None, pattern=r"^[a-z0-9_]{1,32}$")
    amount_kopecks: int = Field(strict=True, gt=0, le=10**15)
    #: the bank's own; told once
    reference: str = Field(pattern=r"^[A-Za-z0-9._-]{1,100}$")
    occurred_at: AwareDatetime

    @model_validator(mode="after")
    def _names_its_provider(self) -> Self:
        if (self.kind in OF_A_PROVIDER) != (self.provider is not None):
            raise ValueError("Провайдер указывается для расчётов с ним и только для них.")
        return self

    def movement(self) -> BankMovement:
        return BankMovement(
            self.kind, self.provider, Money(self.amount_kopecks), self.reference, self.occurred_at
        )


class RecordedView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"transaction_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e61", "already_recorded": False}
            ]
        }
    )

    transaction_id: UUID
    already_recorded: bool

    @classmethod
    def of(cls, recorded: RecordedMovement) -> "RecordedView":
        return cls(transaction_id=recorded.transaction_id, already_recorded=recorded.already_recorded)
