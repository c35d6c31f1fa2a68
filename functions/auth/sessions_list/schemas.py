from datetime import datetime
from typing import Any, Final
from uuid import UUID

from pydantic import ConfigDict

from shared.auth.session_models import AuthSession
from shared.http.inputs import ViewModel
from shared.http.pagination import PageView
from shared.kernel.roles import Role

_EXAMPLE: Final[dict[str, Any]] = {
    "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e01",
    "role": "agent",
    "device": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "ip": "203.0.113.7",
    "created_at": "2026-11-20T08:00:00Z",
    "last_used_at": "2026-11-24T10:00:00Z",
    "expires_at": "2026-12-01T10:00:00Z",
    "current": True,
}


class SessionView(ViewModel):
    """``device`` is what the program called itself at the sign-in; ``current`` is the session that asks."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    id: UUID
    role: Role
    device: str
    ip: str
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    current: bool

    @classmethod
    def of(cls, row: AuthSession, *, current: UUID) -> "SessionView":
        return cls(
            id=row.id,
            role=row.role,
            device=row.user_agent,
            ip=row.ip,
            created_at=row.created_at,
            last_used_at=row.last_used_at,
            expires_at=row.expires_at,
            current=row.id == current,
        )


class SessionPage(PageView[SessionView]):
    model_config = ConfigDict(
        json_schema_extra={"examples": [{"items": [_EXAMPLE], "total": 1, "page": 1, "size": 20}]}
    )
