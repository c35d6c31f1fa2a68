from typing import Annotated, Self

from pydantic import ConfigDict, Field, model_validator

from shared.http.fields import CodeField
from shared.http.inputs import RequestModel

_TOKEN = "Zm9yLWV4YW1wbGUtb25seS1uby10b2tlbi1hdC1hbGw"  # noqa: S105 -- an example


class SecondFactorRequest(RequestModel):
    """Either of the two."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"challenge_token": _TOKEN, "code": "123456"},
                {"challenge_token": _TOKEN, "recovery_code": "abcd-efgh-jkmn-pqrs"},
            ]
        }
    )

    challenge_token: Annotated[str, Field(min_length=20, max_length=200)]
    code: CodeField | None = None
    recovery_code: Annotated[str, Field(min_length=16, max_length=40)] | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if (self.code is None) == (self.recovery_code is None):
            raise ValueError("Укажите либо code, либо recovery_code.")
        return self
