"""Asking that a person be told what happened to his account; ``shared.auth.telling`` does it."""

from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from shared.outbox import service as outbox
from shared.outbox.models import Topic

#: kinds of outbox messages; payload {"user_id"}
PASSWORD_CHANGED: Final = "password.changed"  # noqa: S105 -- a kind of notice, no secret
AGENCY_REGISTERED: Final = "agency.registered"
#: payload {"change_id"}: to the old contact, that it was changed, or that an operator opened a recovery
CONTACT_CHANGED: Final = "contact.changed"
RECOVERY_OPENED: Final = "contact.recovery_opened"
#: payload {"change_id"}: to the new one, what to do
RECOVERY_OFFERED: Final = "contact.recovery_offered"


def ask_about_person(session: Session, kind: str, user_id: UUID, *, now: datetime) -> None:
    """``PASSWORD_CHANGED`` or ``AGENCY_REGISTERED``."""
    payload = {"user_id": str(user_id)}
    outbox.ask(session, Topic.JOBS, kind, payload, dedupe_key=f"{kind} {user_id} {now.isoformat()}", now=now)


def ask_about_change(session: Session, kind: str, change_id: UUID, *, now: datetime) -> None:
    """``CONTACT_CHANGED``, ``RECOVERY_OPENED`` or ``RECOVERY_OFFERED``."""
    payload = {"change_id": str(change_id)}
    outbox.ask(session, Topic.JOBS, kind, payload, dedupe_key=f"{kind} {change_id}", now=now)
