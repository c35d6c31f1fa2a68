"""An operator blocks a person: he is signed out at once, may come back to read, and his money waits.

What is held because of it: ``shared.payments.intents`` and ``shared.payouts.gates``. Reasons are words, so that nothing
personal gets into the audit log.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import session_ending
from shared.auth.blocking_errors import AlreadyBlocked, NotBlocked, NotOneself, StaffNotBlocked
from shared.auth.staff_models import StaffMember
from shared.users.errors import UserNotFound
from shared.users.models import User, UserStatus


class BlockReason(StrEnum):
    ACCOUNT_STOLEN = "account_stolen"
    FRAUD_SUSPECTED = "fraud_suspected"
    LAW_REQUIRES = "law_requires"
    OWNER_ASKED = "owner_asked"
    TERMS_VIOLATED = "terms_violated"


class UnblockReason(StrEnum):
    CHECKED = "checked"
    LAW_ALLOWS = "law_allows"
    MISTAKE = "mistake"
    OWNER_CONFIRMED = "owner_confirmed"


def block(session: Session, *, user_id: UUID, reason: BlockReason, actor: Actor, now: datetime) -> User:
    """End the person's sessions and let him do no more than read.

    :raises UserNotFound: also one whose data was erased
    :raises NotOneself, StaffNotBlocked, AlreadyBlocked: as they say
    """
    if user_id == actor.user_id:
        raise NotOneself
    user = _locked(session, user_id)
    if session.scalar(select(_is_staff(user_id))):
        raise StaffNotBlocked
    if user.status is UserStatus.BLOCKED:
        raise AlreadyBlocked
    user.status, user.blocked_at, user.block_reason = UserStatus.BLOCKED, now, reason
    user.updated_at = now
    session_ending.revoke_all(session, user_id=user_id, reason="blocked", actor=actor, now=now)
    _audit(session, user, "user.blocked", UserStatus.ACTIVE, reason, actor, now)
    return user


def unblock(session: Session, *, user_id: UUID, reason: UnblockReason, actor: Actor, now: datetime) -> User:
    """The person may do again what he could; what was held is looked at again by its schedule.

    :raises UserNotFound: also one whose data was erased
    :raises NotBlocked: there is nothing to undo
    """
    user = _locked(session, user_id)
    if user.status is not UserStatus.BLOCKED:
        raise NotBlocked
    user.status, user.blocked_at, user.block_reason = UserStatus.ACTIVE, None, None
    user.updated_at = now
    _audit(session, user, "user.unblocked", UserStatus.BLOCKED, reason, actor, now)
    return user


def _locked(session: Session, user_id: UUID) -> User:
    user = session.get(User, user_id, with_for_update=True)
    if user is None or user.status is UserStatus.ERASED:
        raise UserNotFound
    return user


def _is_staff(user_id: UUID) -> Exists:
    return exists().where(StaffMember.user_id == user_id, StaffMember.disabled_at.is_(None))


def _audit(
    session: Session,
    user: User,
    action: str,
    before: UserStatus,
    reason: BlockReason | UnblockReason,
    actor: Actor,
    now: datetime,
) -> None:
    session.flush()
    audit.record(
        session,
        actor,
        action,
        entity=("user", user.id),
        before={"status": before},
        after={"status": user.status, "reason": reason},
        now=now,
    )
