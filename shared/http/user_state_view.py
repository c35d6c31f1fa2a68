"""The state of a person's account, as operators change it."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.users.models import User, UserStatus


class UserStateView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
                    "status": "blocked",
                    "blocked_at": "2026-11-24T10:00:00Z",
                    "block_reason": "account_stolen",
                }
            ]
        }
    )

    id: UUID
    status: UserStatus
    blocked_at: datetime | None
    block_reason: str | None

    @classmethod
    def of(cls, user: User) -> "UserStateView":
        return cls(id=user.id, status=user.status, blocked_at=user.blocked_at, block_reason=user.block_reason)
