"""Confirming a sensitive request by a code to the phone, whatever door its session came through.

The person asks for a code for one thing: an action, the path of the request and its body. The code is bound to that
thing and to his session; a right code grants a token that goes along with the request, once, for five minutes.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.audit.tables import Facts
from shared.auth import codes, sending, texts
from shared.auth.errors import StepUpNeeded
from shared.auth.models import CodePurpose
from shared.auth.step_up_models import StepUpAction, StepUpGrant
from shared.config import secrets
from shared.db.session import Transactions
from shared.kernel.contacts import masked_phone
from shared.ports.sms import SmsSender
from shared.security.codes import new_token, token_hash
from shared.users import service as users
from shared.users.errors import PhoneNeeded
from shared.users.models import User

LIFETIME: Final = timedelta(minutes=5)
_LAST_DIGITS: Final = re.compile(r"[0-9]{4}")


class Thing(NamedTuple):
    """What is confirmed; ``digest`` is SHA-256 over the action, the path and the canonical body."""

    action: StepUpAction
    digest: bytes


class Granted(NamedTuple):
    """``expires_in`` in seconds."""

    token: str
    expires_in: int


def thing(action: StepUpAction, path: str, body: object) -> Thing:
    """:param path: of the request, after the API's prefix; ``body`` is its JSON, read"""
    canonical = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return Thing(action, hashlib.sha256(f"{action}\x1f{path}\x1f{canonical}".encode()).digest())


def send_code(
    transactions: Transactions,
    *,
    sms_sender: SmsSender,
    user_id: UUID,
    session_id: UUID,
    confirmed: Thing,
    body: Mapping[str, object],
    ip: str,
    now: datetime,
) -> str:
    """Send a code for one thing to the person's verified phone; the phone, masked.

    :param body: of the request that will follow: the message says what of it a person recognises
    :raises PhoneNeeded: he has none
    :raises CodeTooSoon, CodeBudgetSpent, RecipientRefused, SendingUnavailable: see ``sending.by_sms``
    """
    with transactions() as session:
        phone = _phone(session, user_id)
    sending.by_sms(
        transactions,
        sms_sender,
        purpose=CodePurpose.STEP_UP,
        phone=phone,
        user_id=user_id,
        bound_to=_bound_to(session_id, confirmed),
        text_of=lambda code: texts.step_up(code, confirmed.action, _last_digits(body)),
        ip=ip,
        now=now,
    )
    return masked_phone(phone)


def confirm(
    session: Session,
    *,
    user_id: UUID,
    session_id: UUID,
    confirmed: Thing,
    code: str,
    actor: Actor,
    now: datetime,
) -> Granted:
    """Take the code; the token is good for that thing only.

    :raises CodeRefused: see ``codes.confirm``; also a code for another thing or session
    :raises PhoneNeeded: the person has no verified phone (any more)
    """
    codes.confirm(
        session,
        purpose=CodePurpose.STEP_UP,
        address=_phone(session, user_id),
        bound_to=_bound_to(session_id, confirmed),
        code=code,
        now=now,
    )
    token = new_token()
    session.add(
        StepUpGrant(
            session_id=session_id,
            action=confirmed.action,
            fingerprint=confirmed.digest,
            token_hash=token_hash(secrets.code_key(), token),
            created_at=now,
            expires_at=now + LIFETIME,
        )
    )
    session.flush()
    _audit(session, "step_up.confirmed", session_id, confirmed, actor, now)
    return Granted(token, int(LIFETIME.total_seconds()))


def use(
    session: Session, *, session_id: UUID, token: str | None, thing: Thing, actor: Actor, now: datetime
) -> None:
    """Use up a token for the thing that it confirms.

    :raises StepUpNeeded: none, unknown, used, expired, another session's or for another thing
    """
    if not token:
        raise StepUpNeeded
    grant = session.scalars(
        select(StepUpGrant)
        .where(StepUpGrant.token_hash == token_hash(secrets.code_key(), token))
        .with_for_update()
    ).one_or_none()
    if (
        grant is None
        or grant.used_at is not None
        or grant.expires_at <= now
        or (grant.session_id, grant.action, grant.fingerprint) != (session_id, thing.action, thing.digest)
    ):
        raise StepUpNeeded
    grant.used_at = now
    session.flush()
    _audit(session, "step_up.used", session_id, thing, actor, now)


def _audit(
    session: Session, action: str, session_id: UUID, thing: Thing, actor: Actor, now: datetime
) -> None:
    after: Facts = {"action": thing.action}
    audit.record(session, actor, action, entity=("session", session_id), after=after, now=now)


def _phone(session: Session, user_id: UUID) -> str:
    user = session.get_one(User, user_id)
    phone = users.contacts(session, user).phone
    if user.phone_verified_at is None or phone is None:
        raise PhoneNeeded
    return phone


def _bound_to(session_id: UUID, confirmed: Thing) -> str:
    return f"{session_id}:{confirmed.action}:{confirmed.digest.hex()}"


def _last_digits(body: Mapping[str, object]) -> str | None:
    """What a person recognises of a card or an account: four digits, nothing else that came from outside."""
    text = body.get("last4") or body.get("account")
    tail = text[-4:] if isinstance(text, str) else ""
    return tail if _LAST_DIGITS.fullmatch(tail) else None
