"""What tests of invitations do over and over."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.config import secrets
from shared.organizations import (
    invitation_answers,
    invitations,
)
from shared.organizations.invitation_models import Invitation
from shared.organizations.models import BasisKind, MemberRole
from shared.organizations.terms import Authority
from shared.security.codes import token_hash
from tests.builders.people import Agency, Person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
POWER = Authority(
    "Коммерческий директор",
    BasisKind.POWER_OF_ATTORNEY,
    "7",
    date(2026, 11, 1),
    date(2027, 11, 1),
    "Подписание договоров",
)


def invite(app: Session, agency: Agency, address: str, **more: object) -> Invitation:
    given: dict[str, object] = {"member_role": MemberRole.AGENT, "actor": Actor(agency.admin.id), **more}
    contact = {"email": address} if "@" in address else {"phone": address}
    return invitations.invite(app, organization_id=agency.id, now=NOW, **contact, **given)  # type: ignore[arg-type]


def known_token(app: Session, invitation: Invitation) -> str:
    """Stands for the one that was sent."""
    token = f"token-of-{invitation.id}"
    invitation.token_hash = token_hash(secrets.code_key(), token)
    app.flush()
    return token


def accept(app: Session, token: str, person: Person, now: datetime = NOW) -> Invitation:
    return invitation_answers.accept(app, token=token, user_id=person.id, actor=Actor(person.id), now=now)
