"""Failed passwords and second factors are counted per account and per peer; the owner is never locked out by strangers.

An attempt counts as failed until it turns out right, so that parallel guesses don't slip through.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from shared.auth.errors import TooManyAttempts
from shared.auth.session_models import AuthSession
from shared.kernel.identifiers import new_id
from shared.limits import service as limits
from shared.vault import service as vault

#: A peer from which the owner signed in lately is never held up by strangers who guess.
_KNOWN_PEER_DAYS: Final = 90


class Budget(NamedTuple):
    """Failures within the window."""

    name: str
    window: timedelta
    #: of one account from one peer
    per_pair: int
    #: of one peer, whatever the account
    per_peer: int
    #: of one account from all unknown peers together
    per_account: int


PASSWORD: Final = Budget("password", timedelta(minutes=15), per_pair=10, per_peer=50, per_account=30)
#: Whoever guesses here knows the password already; three of a million codes are right at any moment.
SECOND_FACTOR: Final = Budget("second-factor", timedelta(hours=1), per_pair=10, per_peer=50, per_account=10)


class Counted(NamedTuple):
    """What to give back when the attempt was right."""

    pair: bytes
    others: tuple[bytes, ...]


def count(
    session: Session, budget: Budget, *, account: str, user_id: UUID | None, ip: str, now: datetime
) -> Counted:
    """Count one attempt.

    :param account: what the guesser names it by
    :param user_id: whose it is, None for an unknown account: the work is the same
    :raises TooManyAttempts: before anything secret is looked at
    """
    pair = vault.index_of(f"{budget.name}-pair", f"{account}\x1f{ip}")
    peer = vault.index_of(f"{budget.name}-peer", ip)
    whole = vault.index_of(f"{budget.name}-address", account)
    known = _is_known_peer(session, user_id or new_id(), ip, now)
    budgets = [(pair, budget.per_pair), (peer, budget.per_peer)]
    if not known:
        budgets.insert(1, (whole, budget.per_account))
    for subject, limit in budgets:
        limits.take(session, subject, limit=limit, window=budget.window, refusal=TooManyAttempts, now=now)
    return Counted(pair, tuple(subject for subject, _ in budgets[1:]))


def forgive(session: Session, counted: Counted) -> None:
    """The attempt was right."""
    limits.forget(session, counted.pair)
    for subject in counted.others:
        limits.give_back(session, subject)


def _is_known_peer(session: Session, user_id: UUID, ip: str, now: datetime) -> bool:
    return bool(
        session.scalar(
            select(
                exists()
                .where(AuthSession.user_id == user_id)
                .where(AuthSession.ip == ip)
                .where(AuthSession.created_at > now - timedelta(days=_KNOWN_PEER_DAYS))
            )
        )
    )
