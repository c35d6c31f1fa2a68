from typing import Annotated, Any

from pydantic import ConfigDict, Field

from shared.auth.step_up_models import StepUpAction
from shared.http.fields import CodeField
from shared.http.inputs import RequestModel, ViewModel


class VerifyStepUpRequest(RequestModel):
    """The same ``action``, ``path`` and ``body`` as the code was asked for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "action": "payout_account_add",
                    "path": "/users/me/payout-accounts",
                    "body": {"kind": "sbp_phone", "bank_id": "100000000111"},
                    "code": "123456",
                }
            ]
        }
    )

    action: StepUpAction
    path: Annotated[str, Field(max_length=300, pattern=r"^/[A-Za-z0-9/_.-]+$")]
    body: Annotated[dict[str, Any], Field(max_length=50)]
    code: CodeField


class StepUpView(ViewModel):
    """``token`` goes into the header ``X-Step-Up`` of that request, once; ``expires_in`` seconds."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"token": "Zm9yLWV4YW1wbGUtb25seS1uby10b2tlbi1hdC1hbGw", "expires_in": 300}]
        }
    )

    token: str
    expires_in: int
