"""What a person agreed to and when, beside what is in force and what his door requires."""

from collections.abc import Sequence
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.kernel.roles import Role
from shared.users import consents, legal_texts
from shared.users.consent_kinds import ConsentKind, required
from shared.users.consent_models import UserConsent
from shared.users.legal_texts import AgreementDocument

#: of the history; the rest is in the export
MOST: Final = 200


class ConsentState(NamedTuple):
    """One kind: what is given now, if anything, and the text in force."""

    kind: ConsentKind
    required: bool
    given: UserConsent | None
    newest: AgreementDocument

    @property
    def outdated(self) -> bool:
        """Given in an older text: it counts until the person gives or withdraws it."""
        return self.given is not None and self.given.document_sha256 != self.newest.sha256


class ConsentOverview(NamedTuple):
    states: list[ConsentState]
    #: newest first
    history: Sequence[UserConsent]


def overview(session: Session, *, user_id: UUID, role: Role) -> ConsentOverview:
    """:param role: of the door, which decides what is required"""
    given = consents.live(session, user_id)
    needed = required(role)
    states = [
        ConsentState(kind, kind in needed, given.get(kind), legal_texts.newest(f"consents/{kind}"))
        for kind in ConsentKind
    ]
    history = session.scalars(
        select(UserConsent).where(UserConsent.user_id == user_id).order_by(UserConsent.id.desc()).limit(MOST)
    ).all()
    return ConsentOverview(states, history)
