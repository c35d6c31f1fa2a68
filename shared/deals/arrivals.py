"""A person verifies his phone, and finds the deals that wait for him."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.auth import contacts
from shared.deals import parties


def verify_phone(
    session: Session,
    *,
    user_id: UUID,
    phone: str,
    code: str,
    current_code: str | None,
    actor: Actor,
    now: datetime,
) -> int:
    """Confirm the phone and attach the person to the deals that carry it; their number.

    :raises CodeRefused, CurrentCodeNeeded, PhoneTaken, PhoneAlreadyVerified: see ``contacts.confirm_phone``
    """
    contacts.confirm_phone(
        session,
        user_id=user_id,
        phone=phone,
        code=code,
        current_code=current_code,
        actor=actor,
        now=now,
    )
    return parties.attach(session, user_id=user_id, phone=phone, actor=actor, now=now)
