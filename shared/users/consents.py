"""Consents (152-ФЗ art. 9): each a document of its own, each giving a row of its own."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.tasks import service as tasks
from shared.users import legal_texts
from shared.users.consent_errors import ConsentNotGiven, ConsentUnknown
from shared.users.consent_kinds import ConsentKind
from shared.users.consent_models import UserConsent
from shared.users.consent_texts import CONSEQUENCES
from shared.users.models import User

#: a person must act on it: a contract ends
_TOLD: Final = frozenset({ConsentKind.AGENCY_OFFER})


class Withdrawal(NamedTuple):
    """``consequences``: Russian sentences for the person."""

    kind: ConsentKind
    withdrawn_at: datetime
    consequences: Sequence[str]


def live(session: Session, user_id: UUID) -> dict[ConsentKind, UserConsent]:
    rows = session.scalars(
        select(UserConsent).where(UserConsent.user_id == user_id, UserConsent.withdrawn_at.is_(None))
    )
    return {row.kind: row for row in rows}


def give(
    session: Session,
    *,
    user_id: UUID,
    kinds: AbstractSet[ConsentKind],
    ip: str,
    user_agent: str,
    now: datetime,
) -> None:
    """Give consents in their newest versions.

    A consent that lives in the newest version stays as it is; an older version makes room for the newest.
    """
    session.get_one(User, user_id, with_for_update=True)
    given = live(session, user_id)
    for kind in sorted(kinds):
        document = legal_texts.newest(f"consents/{kind}")
        former = given.get(kind)
        if former is not None:
            if former.document_sha256 == document.sha256:
                continue
            _end(former, ip, user_agent, now)
            session.flush()
        session.add(
            UserConsent(
                user_id=user_id,
                kind=kind,
                document_version=document.version,
                document_sha256=document.sha256,
                given_at=now,
                ip=ip,
                user_agent=user_agent,
            )
        )
        audit.record(
            session,
            Actor(user_id, ip, user_agent),
            "consent.given",
            entity=("user", user_id),
            after={"kind": kind, "version": document.version},
            now=now,
        )
    session.flush()


def withdraw(session: Session, *, user_id: UUID, kind: str, actor: Actor, now: datetime) -> Withdrawal:
    """Withdraw one consent (152-ФЗ art. 9(2)); that it was given stays as history.

    :raises ConsentUnknown: no such kind
    :raises ConsentNotGiven: there is nothing to withdraw
    """
    try:
        wanted = ConsentKind(kind)
    except ValueError:
        raise ConsentUnknown from None
    session.get_one(User, user_id, with_for_update=True)
    given = live(session, user_id).get(wanted)
    if given is None:
        raise ConsentNotGiven
    end(session, given, actor=actor, now=now)
    if given.kind in _TOLD:
        tasks.open_task(session, "consent_withdrawn", entity=("user", user_id), reason=given.kind, now=now)
    return Withdrawal(given.kind, now, CONSEQUENCES[given.kind])


def end(session: Session, given: UserConsent, *, actor: Actor, now: datetime) -> None:
    """Withdraw a live consent of a locked user."""
    _end(given, actor.ip, actor.user_agent, now)
    audit.record(
        session,
        actor,
        "consent.withdrawn",
        entity=("user", given.user_id),
        before={"kind": given.kind, "version": given.document_version},
        now=now,
    )
    session.flush()


def _end(given: UserConsent, ip: str | None, user_agent: str | None, now: datetime) -> None:
    given.withdrawn_at = now
    given.withdrawn_ip = ip
    given.withdrawn_user_agent = user_agent
