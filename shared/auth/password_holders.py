"""Whose password an address means."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.users.models import User
from shared.vault import service as vault


def find(session: Session, email: str) -> User | None:
    """Who proved the address (normalised) and has a password, else the newest account that was made with both.

    A typed-in address gives its account nothing that is another's: what it opens is that account alone.
    """
    return session.scalars(
        select(User)
        .where(User.email_index.in_(vault.indexes_of("email", email)), User.password_hash.is_not(None))
        .order_by(User.email_verified_at.is_(None), User.created_at.desc(), User.id.desc())
        .limit(1)
    ).one_or_none()
