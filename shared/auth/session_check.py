"""The session behind an access token, on every authenticated call: one query, no models."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

_FIND = text(
    """
    SELECT s.id, s.user_id, s.role, u.status,
           ARRAY(SELECT m.organization_id || ' ' || o.status
                 FROM organization_members m JOIN organizations o ON o.id = m.organization_id
                 WHERE m.user_id = s.user_id AND m.removed_at IS NULL
                   AND m.member_role = CASE s.role WHEN 'agency_admin' THEN 'admin' WHEN 'agent' THEN 'agent' END
                 GROUP BY m.organization_id, o.status ORDER BY min(m.created_at), m.organization_id),
           ARRAY(SELECT c.kind FROM user_consents c WHERE c.user_id = s.user_id AND c.withdrawn_at IS NULL)
    FROM sessions s JOIN users u ON u.id = s.user_id
    WHERE s.id = :session_id AND s.revoked_at IS NULL AND s.expires_at > :now AND u.status <> 'erased'
      AND (s.role NOT IN ('operator', 'admin') OR EXISTS (
          SELECT FROM staff_members t
          WHERE t.user_id = s.user_id AND t.role = s.role AND t.disabled_at IS NULL))
    """
)


class ActingFor(NamedTuple):
    """An organization where the person is what his door says: its admin, or its agent."""

    id: UUID
    status: str


class LiveSession(NamedTuple):
    session_id: UUID
    user_id: UUID
    role: str
    user_status: str
    organizations: tuple[ActingFor, ...]
    #: kinds of the consents that he has given and not withdrawn
    consents: frozenset[str]


def find(session: Session, session_id: UUID, *, now: datetime) -> LiveSession | None:
    """The session if it is neither revoked nor expired at ``now`` (UTC); of staff, while they are employed so."""
    row = session.execute(_FIND, {"session_id": session_id, "now": now}).one_or_none()
    if row is None:
        return None
    organizations = tuple(_acting_for(each) for each in row[4])
    return LiveSession(row[0], row[1], row[2], row[3], organizations, frozenset(row[5]))


def _acting_for(joined: str) -> ActingFor:
    organization_id, _, status = joined.partition(" ")
    return ActingFor(UUID(organization_id), status)
