from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import RequestModel
from shared.http.member_view import POWER_EXAMPLE, AuthorityField


class AppointSignerRequest(RequestModel):
    """``user_id``: of a member; whoever isn't one yet is invited as a signer."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"user_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01", "authority": POWER_EXAMPLE}]
        }
    )

    user_id: UUID
    authority: AuthorityField
