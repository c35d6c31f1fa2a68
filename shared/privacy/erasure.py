"""Erasure (152-ФЗ art. 21): a person's key is destroyed, and with it all that was sealed under it; one transaction.

What the law holds lies under keys of its own (``holds``) and stays. Why a key and not rows, and what becomes of backups:
``docs/decisions/erasure-destroys-a-key.md``.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.privacy import freshness, holds, leaving, obstacles, shredding
from shared.privacy.errors import ErasureRefused
from shared.privacy.holds import Hold
from shared.privacy.shredding import Traces
from shared.users.errors import UserNotFound
from shared.users.models import User, UserStatus

_UNBIND: Final = (
    "Отключите Housler в приложении «Мой налог» (Прочее → Партнёры): за вас это сделать нельзя, а чеков от вашего "
    "имени мы больше не оформляем."
)


class Erasure(NamedTuple):
    """``next_steps``: Russian sentences, what only the person can do."""

    erased_at: datetime
    holds: Sequence[Hold]
    next_steps: Sequence[str]


def erase_oneself(
    session: Session, *, user_id: UUID, session_id: UUID, actor: Actor, now: datetime
) -> Erasure:
    """:raises FreshSignInNeeded: the session isn't fresh

    The refusals of ``erase`` pass through.
    """
    freshness.require(session, session_id, now=now)
    return erase(session, user_id=user_id, actor=actor, now=now)


def erase(session: Session, *, user_id: UUID, actor: Actor, now: datetime) -> Erasure:
    """Destroy the person's data for ever; done before, it changes nothing.

    :raises UserNotFound: nobody has that id
    :raises ErasureRefused: names every reason
    """
    user = session.get(User, user_id, with_for_update=True, populate_existing=True)
    if user is None:
        raise UserNotFound
    if user.erased_at is not None:
        return Erasure(user.erased_at, holds.of(session, user_id, now=user.erased_at), ())
    found = obstacles.of(session, user)
    if found:
        raise ErasureRefused(found)
    traces = shredding.traces_of(session, user)
    _leave(session, user_id, traces, actor, now)
    was_bound = _shred(session, user, traces, now)
    kept = holds.of(session, user_id, now=now)
    audit.record(
        session,
        actor,
        "user.erased",
        entity=("user", user_id),
        before={"status": UserStatus.ACTIVE},
        after={"status": user.status, "holds": ",".join(hold.code for hold in kept)},
        now=now,
    )
    return Erasure(now, kept, (_UNBIND,) if was_bound else ())


def _leave(session: Session, user_id: UUID, traces: Traces, actor: Actor, now: datetime) -> None:
    leaving.cancel_drafts(session, user_id, traces, actor=actor, now=now)
    leaving.empty_unsigned_parties(session, user_id, traces, now=now)
    leaving.leave_organizations(session, user_id, actor=actor, now=now)
    leaving.revoke_invitations(session, user_id, traces, actor=actor, now=now)
    leaving.withdraw_consents(session, user_id, actor=actor, now=now)


def _shred(session: Session, user: User, traces: Traces, now: datetime) -> bool:
    """Whether the tax service still knows him as ours."""
    shredding.drop_notices(session, user.id, now=now)
    shredding.forget_codes(session, user.id, traces, now=now)
    shredding.forget_registrations(session, traces, now=now)
    shredding.forget_answers(session, user.id, now=now)
    shredding.forget_accounts(session, user.id, now=now)
    shredding.forget_contact_changes(session, user.id)
    was_bound = shredding.unbind(session, user.id, now=now)
    shredding.sign_out(session, user.id)
    shredding.empty_account(session, user, now=now)
    return was_bound
