from pydantic import ConfigDict

from shared.http.fields import ReasonField
from shared.http.inputs import RequestModel


class BlockOrganizationRequest(RequestModel):
    """``reason`` is read by the organization."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"reason": "Жалобы клиентов: идёт проверка"}]})

    reason: ReasonField
