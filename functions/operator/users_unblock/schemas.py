from pydantic import ConfigDict

from shared.auth.blocking import UnblockReason
from shared.http.inputs import RequestModel


class UnblockUserRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "owner_confirmed"}]})

    reason: UnblockReason
