from typing import Literal

from pydantic import ConfigDict

from shared.http.inputs import RequestModel


class DeclineRefundRequest(RequestModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "not_justified"}]})

    reason: Literal["not_justified", "wrong_amount", "suspected_fraud", "withdrawn"]
