from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.auth.directory import ListedPerson
from shared.http.inputs import ViewModel
from shared.http.pagination import PageQuery, PageView
from shared.users.models import UserStatus

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "status": "blocked",
    "masked_name": "Мария Петровна И.",
    "created_at": "2026-11-20T10:00:00Z",
    "blocked_at": "2026-11-24T10:00:00Z",
    "block_reason": "account_stolen",
}


class ListUsersQuery(PageQuery):
    status: UserStatus | None = None


class UserLine(ViewModel):
    id: UUID
    status: UserStatus
    masked_name: str | None
    created_at: datetime
    blocked_at: datetime | None
    block_reason: str | None

    @classmethod
    def of(cls, listed: ListedPerson) -> "UserLine":
        user = listed.user
        return cls(
            id=user.id,
            status=user.status,
            masked_name=listed.masked_name,
            created_at=user.created_at,
            blocked_at=user.blocked_at,
            block_reason=user.block_reason,
        )


class UsersPage(PageView[UserLine]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
