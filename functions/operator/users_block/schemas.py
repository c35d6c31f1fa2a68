from pydantic import ConfigDict

from shared.auth.blocking import BlockReason
from shared.http.inputs import RequestModel


class BlockUserRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "account_stolen"}]})

    reason: BlockReason
