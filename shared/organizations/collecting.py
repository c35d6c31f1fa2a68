"""Which terminal collects for an organization; links that are open keep the one they were made with."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.config import terminals
from shared.organizations import service as organizations
from shared.organizations.cards import Card, opened
from shared.organizations.errors import TerminalUnknown


def assign_terminal(
    session: Session, *, organization_id: UUID, terminal: str | None, actor: Actor, now: datetime
) -> Card:
    """:param terminal: a configured one's name; None for the default
    :raises OrganizationNotFound, TerminalUnknown: as they say
    """
    if terminal is not None and terminal not in terminals.load().by_name:
        raise TerminalUnknown
    row = organizations.organization(session, organization_id, lock=True)
    before, row.payment_terminal = row.payment_terminal, terminal
    session.flush()
    audit.record(
        session,
        actor,
        "organization.terminal_assigned",
        entity=("organization", organization_id),
        before={"payment_terminal": before},
        after={"payment_terminal": terminal},
        now=now,
    )
    return opened(session, row)
