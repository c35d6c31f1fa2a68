"""A person verifies his phone, and finds the deals that wait for him."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.auth import phone as phones
from shared.deals import parties


def verify_phone(
    session: Session, *, user_id: UUID, phone: str, code: str, actor: Actor, now: datetime
) -> int:
    """Confirm the code and attach the person to the deals that carry the phone; their number.

    :raises CodeRefused: wrong, used or expired (``shared.auth.codes``)
    """
    phones.confirm_phone(session, user_id=user_id, phone=phone, code=code, actor=actor, now=now)
    return parties.attach(session, user_id=user_id, phone=phone, actor=actor, now=now)
