from datetime import date, datetime
from typing import Any, Final, Literal

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel, ViewModel
from shared.privacy.erasure import Erasure
from shared.privacy.holds import Hold

_EXAMPLE: Final[dict[str, Any]] = {
    "erased_at": "2026-11-24T10:00:00Z",
    "holds": [
        {
            "code": "contracts",
            "what": "Подписанные договоры с вашим участием и сведения о сторонах в них",
            "law": "402-ФЗ, ст. 29, ч. 1 (5 лет после отчётного года); Гражданский кодекс, ст. 196",
            "until": "2031-12-31",
        }
    ],
    "next_steps": [],
}


class EraseMeQuery(RequestModel):
    """The word says that it isn't done by mistake."""

    confirm: Literal["УДАЛИТЬ"] = Field(examples=["УДАЛИТЬ"])


class HoldView(ViewModel):
    """What stays, by which article, and up to which day."""

    code: str
    what: str
    law: str
    until: date

    @classmethod
    def of(cls, hold: Hold) -> "HoldView":
        return cls(code=hold.code, what=hold.what, law=hold.law, until=hold.until)


class ErasureView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    erased_at: datetime
    holds: list[HoldView]
    #: what only the person himself can do
    next_steps: list[str]

    @classmethod
    def of(cls, erasure: Erasure) -> "ErasureView":
        return cls(
            erased_at=erasure.erased_at,
            holds=[HoldView.of(each) for each in erasure.holds],
            next_steps=list(erasure.next_steps),
        )
