from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.organizations import (
    invitations,
)
from shared.organizations import service as organizations
from shared.organizations.errors import OrganizationClosed
from shared.organizations.invitation_errors import (
    InvitationExists,
    InviteeUnreachable,
    TermsNeeded,
    TooManyInvitations,
    TooManyPending,
)
from shared.organizations.invitation_models import Invitation, InvitationStatus
from shared.organizations.member_errors import MemberExists
from shared.organizations.models import MemberRole, OrganizationStatus
from shared.organizations.terms import Terms
from shared.users import service as users
from shared.users.errors import UserNotFound
from tests.builders import people
from tests.builders.people import Agency
from tests.shared.organizations.inviting import DAY, NOW, POWER, invite


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW)


class TestInviting:
    def test_the_same_address_to_the_same_role_is_refused_while_the_first_waits(
        self, app: Session, agency: Agency
    ) -> None:
        email = people.an_email()
        invite(app, agency, email)

        with pytest.raises(InvitationExists):
            invite(app, agency, email)
        invite(app, agency, email, member_role=MemberRole.ACCOUNTANT)

    def test_again_after_a_week_takes_the_place_of_the_expired(self, app: Session, agency: Agency) -> None:
        email = people.an_email()
        first = invite(app, agency, email)

        second = invitations.invite(
            app,
            organization_id=agency.id,
            member_role=MemberRole.AGENT,
            email=email,
            actor=SYSTEM,
            now=NOW + 8 * DAY,
        )

        assert (first.status, second.status) == (InvitationStatus.REVOKED, InvitationStatus.PENDING)

    def test_a_member_to_his_own_role_is_refused(self, app: Session, agency: Agency) -> None:
        with pytest.raises(MemberExists):
            invite(app, agency, str(agency.admin.email), member_role=MemberRole.ADMIN)

    @pytest.mark.parametrize(
        ("member_role", "terms"),
        [(MemberRole.SIGNER, Terms()), (MemberRole.AGENT, Terms(authority=POWER))],
    )
    def test_a_signer_and_nobody_else_has_a_basis(
        self, app: Session, agency: Agency, member_role: MemberRole, terms: Terms
    ) -> None:
        with pytest.raises(TermsNeeded):
            invite(app, agency, people.an_email(), member_role=member_role, terms=terms)

    @pytest.mark.parametrize("status", [OrganizationStatus.BLOCKED, OrganizationStatus.REJECTED])
    def test_is_for_organizations_that_work(
        self, app: Session, agency: Agency, status: OrganizationStatus
    ) -> None:
        organizations.organization(app, agency.id).status = status

        with pytest.raises(OrganizationClosed):
            invite(app, agency, people.an_email())

    def test_is_limited_to_twenty_a_day(self, app: Session, agency: Agency) -> None:
        for _ in range(invitations.MOST_A_DAY):
            invite(app, agency, people.an_email())

        with pytest.raises(TooManyInvitations) as refused:
            invite(app, agency, people.an_email())
        assert refused.value.retry_after_seconds == 24 * 3600

    def test_is_limited_to_fifty_that_wait(self, app: Session, agency: Agency) -> None:
        for day in range(3):
            for _ in range(20 if day < 2 else 10):
                invitations.invite(
                    app,
                    organization_id=agency.id,
                    member_role=MemberRole.AGENT,
                    email=people.an_email(),
                    actor=SYSTEM,
                    now=NOW + day * DAY,
                )

        with pytest.raises(TooManyPending):
            invitations.invite(
                app,
                organization_id=agency.id,
                member_role=MemberRole.AGENT,
                email=people.an_email(),
                actor=SYSTEM,
                now=NOW + 2 * DAY,
            )

    def test_a_person_who_was_found_goes_to_what_he_has_proved(self, app: Session, agency: Agency) -> None:
        agent, client = people.an_agent(app, NOW), people.a_client(app, NOW, may_sign=False)

        sent = [self._found(app, agency, each.id).channel for each in (agent, client)]

        assert sent == ["sms", "email"]

    def test_a_person_without_a_proved_contact_is_refused(self, app: Session, agency: Agency) -> None:
        user = users.create(app, email=people.an_email(), now=NOW)

        with pytest.raises(InviteeUnreachable):
            self._found(app, agency, user.id)
        with pytest.raises(UserNotFound):
            self._found(app, agency, agency.id)

    @staticmethod
    def _found(app: Session, agency: Agency, user_id: UUID) -> Invitation:
        return invitations.invite_user(
            app,
            organization_id=agency.id,
            user_id=user_id,
            member_role=MemberRole.AGENT,
            actor=SYSTEM,
            now=NOW,
        )
