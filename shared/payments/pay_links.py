"""The link to a payment that people are sent. It is no right to anything but to see the sum and to pay it.

Its token is derived from the intent's own random key by a key of ours, and the database knows its keyed hash only.
"""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.config import secrets, web
from shared.payments.errors import IntentNotFound
from shared.payments.models import PaymentIntent
from shared.security import codes


def token_hash(intent_id: UUID, provider_key: UUID) -> bytes:
    """What is stored."""
    return codes.token_hash(secrets.code_key(), _token(intent_id, provider_key))


def address_of(intent: PaymentIntent) -> str:
    return f"{web.load().public_url}/pay/{_token(intent.id, intent.provider_key)}"


def intent_by(session: Session, token: str) -> PaymentIntent:
    """:raises IntentNotFound: no such link"""
    hashed = codes.token_hash(secrets.code_key(), token)
    intent = session.scalars(
        select(PaymentIntent).where(PaymentIntent.pay_token_hash == hashed)
    ).one_or_none()
    if intent is None:
        raise IntentNotFound
    return intent


def _token(intent_id: UUID, provider_key: UUID) -> str:
    return codes.derived_token(secrets.code_key(), "pay", intent_id, provider_key)
