"""Consents (152-ФЗ art. 9): each a document of its own, each giving a row of its own."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.users import legal_texts
from shared.users.consent_kinds import ConsentKind
from shared.users.consent_models import UserConsent
from shared.users.models import User


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
            former.withdrawn_at = now
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
