"""Who works for the platform: taken on with a password, a second factor and recovery codes; let go at once."""

import secrets as randomness
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.auth import session_ending
from shared.auth.staff_models import StaffMember, StaffRecoveryCode, StaffRole
from shared.config import secrets
from shared.security.codes import token_hash
from shared.users import service as users
from shared.users.errors import UserNotFound
from shared.vault import service as vault
from shared.vault.service import Sealer

RECOVERY_CODES: Final = 10
_TABLE: Final = StaffMember.__tablename__
_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that reads like another
_GROUPS, _GROUP = 4, 4  # 79 bits


class SecondFactor(NamedTuple):
    """Shown once, kept by the member: base32, and codes that each stand in for a device once."""

    totp_secret: str
    recovery_codes: Sequence[str]


def employ(
    session: Session,
    *,
    email: str,
    role: StaffRole,
    password_hash: str,
    totp_secret: str,
    actor: Actor,
    now: datetime,
) -> SecondFactor:
    """Make a member of the staff of whoever proved the address, or of a new person; a member begins anew.

    :param email: normalised; who takes a member on vouches for it
    :param totp_secret: base32, see ``new_totp_secret``
    """
    user = users.find_by_email(session, email) or users.create(
        session, email=email, email_verified_at=now, now=now
    )
    user.password_hash, user.password_changed_at = password_hash, now
    sealed = _sealer(session, user.id).seal("totp_secret", totp_secret)
    member = session.get(StaffMember, user.id, with_for_update=True)
    if member is None:
        session.add(StaffMember(user_id=user.id, role=role, totp_secret=sealed, created_at=now))
    else:
        member.role, member.totp_secret = role, sealed
        member.totp_last_step = member.disabled_at = None
    session.flush()
    codes = _new_recovery_codes(session, user.id, now)
    session_ending.revoke_all(session, user_id=user.id, reason="staff_employed", actor=actor, now=now)
    audit.record(session, actor, "staff.employed", entity=("user", user.id), after={"role": role}, now=now)
    return SecondFactor(totp_secret, codes)


def disable(session: Session, *, email: str, actor: Actor, now: datetime) -> None:
    """Let a member go: his sessions end at once.

    :raises UserNotFound: no member has this address
    """
    user = users.find_by_email(session, email)
    member = None if user is None else session.get(StaffMember, user.id, with_for_update=True)
    if member is None:
        raise UserNotFound
    worked = member.disabled_at is None
    member.disabled_at = member.disabled_at or now
    session.flush()
    session_ending.revoke_all(session, user_id=member.user_id, reason="staff_disabled", actor=actor, now=now)
    audit.record(
        session,
        actor,
        "staff.disabled",
        entity=("user", member.user_id),
        before={"role": member.role, "works": worked},
        after={"role": member.role, "works": False},
        now=now,
    )


def new_totp_secret() -> str:
    """160 bits, base32 (RFC 4226, 4)."""
    import pyotp  # noqa: PLC0415 -- signing in as anybody else doesn't load it

    return pyotp.random_base32()


def totp_secret(session: Session, member: StaffMember) -> str:
    """Base32."""
    return _sealer(session, member.user_id).open("totp_secret", member.totp_secret)


def recovery_hash(code: str) -> bytes:
    """Of a code as it was shown, or as people type it: in capitals, without its hyphens."""
    return token_hash(secrets.code_key(), "recovery\x1f" + "".join(filter(str.isalnum, code.lower())))


def _sealer(session: Session, user_id: UUID) -> Sealer:
    return Sealer(vault.key_of(session, user_id), table=_TABLE, row=user_id)


def _new_recovery_codes(session: Session, user_id: UUID, now: datetime) -> list[str]:
    session.execute(
        update(StaffRecoveryCode)
        .where(StaffRecoveryCode.user_id == user_id, StaffRecoveryCode.used_at.is_(None))
        .values(used_at=now)
    )
    codes = [
        "-".join("".join(randomness.choice(_ALPHABET) for _ in range(_GROUP)) for _ in range(_GROUPS))
        for _ in range(RECOVERY_CODES)
    ]
    session.add_all(
        StaffRecoveryCode(user_id=user_id, code_hash=recovery_hash(code), created_at=now) for code in codes
    )
    session.flush()
    return codes
