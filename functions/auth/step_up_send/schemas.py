from typing import Annotated, Any

from pydantic import ConfigDict, Field

from shared.auth.step_up_models import StepUpAction
from shared.http.inputs import RequestModel, ViewModel


class SendStepUpRequest(RequestModel):
    """``path`` (after ``/api/v1``) and ``body`` of the request that will follow, exactly as it will be sent."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "action": "payout_account_add",
                    "path": "/users/me/payout-accounts",
                    "body": {"kind": "sbp_phone", "bank_id": "100000000111"},
                }
            ]
        }
    )

    action: StepUpAction
    path: Annotated[str, Field(max_length=300, pattern=r"^/[A-Za-z0-9/_.-]+$")]
    body: Annotated[dict[str, Any], Field(max_length=50)]


class StepUpSentView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"message": "Код отправлен в SMS.", "phone": "+7 916 ***-**-67"}]}
    )

    message: str
    phone: str
