from uuid import UUID

from pydantic import ConfigDict

from shared.http.invitation_view import TermsFields


class AddMemberRequest(TermsFields):
    """``user_id``: of a person found by search, who is asked at his proved contact."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "user_id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
                    "member_role": "agent",
                    "share_bps": 7_000,
                }
            ]
        }
    )

    user_id: UUID
