from pydantic import ConfigDict

from shared.http.fields import ReasonField
from shared.http.inputs import RequestModel


class RejectOrganizationRequest(RequestModel):
    """``reason`` is read by the organization."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"reason": "ОГРН принадлежит другой организации"}]}
    )

    reason: ReasonField
