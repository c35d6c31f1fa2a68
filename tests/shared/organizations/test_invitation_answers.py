from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.organizations import (
    invitation_answers,
    invitation_reading,
    invitations,
    subcontracts,
)
from shared.organizations import service as organizations
from shared.organizations.invitation_errors import (
    InvitationClosed,
    InvitationNotFound,
)
from shared.organizations.invitation_models import InvitationStatus
from shared.organizations.member_errors import ContractorIsNoStaff
from shared.organizations.models import MemberRole, OrganizationMember
from shared.organizations.terms import Terms
from shared.users import service as users
from tests.builders import people
from tests.builders.people import Agency, Person
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once
from tests.shared.organizations.inviting import DAY, NOW, POWER, accept, invite, known_token


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW)


class TestAnInvitation:
    def test_makes_who_proved_the_phone_a_member_on_its_terms(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        invitation = invite(app, agency, str(agent.phone), terms=Terms(share_bps=6_500))

        accepted = accept(app, known_token(app, invitation), agent)

        assert accepted.status is InvitationStatus.ACCEPTED
        assert accepted.decided_by == agent.id
        (member,) = self._memberships(app, agency, agent)
        assert (member.member_role, member.share_bps) == (MemberRole.AGENT, 6_500)

    def test_makes_who_proved_the_address_a_signer_whom_nobody_has_checked(
        self, app: Session, agency: Agency
    ) -> None:
        client = people.a_client(app, NOW)
        invitation = invite(
            app, agency, str(client.email), member_role=MemberRole.SIGNER, terms=Terms(authority=POWER)
        )

        accept(app, known_token(app, invitation), client)

        (member,) = self._memberships(app, agency, client)
        assert (member.position, member.basis) == (
            "Коммерческий директор",
            "Доверенность № 7 от 01.11.2026",
        )
        assert (member.basis_valid_until, member.basis_scope) == (POWER.valid_until, POWER.scope)
        assert member.checked_at is None
        assert client.id not in {each.user_id for each in organizations.signers(app, agency.id, now=NOW)}

    def test_is_not_there_for_anybody_else(self, app: Session, agency: Agency) -> None:
        agent, other = people.an_agent(app, NOW), people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))

        for stranger in (other, people.a_client(app, NOW)):
            with pytest.raises(InvitationNotFound):
                accept(app, token, stranger)
        with pytest.raises(InvitationNotFound):
            accept(app, "no such token", agent)

    def test_is_not_there_for_who_only_typed_the_address_in(self, app: Session, agency: Agency) -> None:
        email = people.an_email()
        user = users.create(app, email=email, password_hash="x", now=NOW)
        token = known_token(app, invite(app, agency, email))

        with pytest.raises(InvitationNotFound):
            accept(app, token, Person(user.id, "", None, email))

    def test_works_once(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))
        accept(app, token, agent)

        with pytest.raises(InvitationClosed):
            accept(app, token, agent)

    def test_works_for_a_week(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))

        with pytest.raises(InvitationClosed):
            accept(app, token, agent, NOW + 7 * DAY)
        accept(app, token, agent, NOW + 7 * DAY - timedelta(seconds=1))

    def test_that_was_declined_is_closed(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))

        declined = invitation_answers.decline(app, token=token, **people.PEER, now=NOW)

        assert (declined.status, declined.decided_by) == (InvitationStatus.DECLINED, None)
        with pytest.raises(InvitationClosed):
            accept(app, token, agent)

    def test_that_was_revoked_is_closed(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        invitation = invite(app, agency, str(agent.phone))
        token = known_token(app, invitation)

        invitations.revoke(app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

        with pytest.raises(InvitationClosed):
            accept(app, token, agent)

    def test_belongs_to_its_organization(self, app: Session, agency: Agency) -> None:
        invitation = invite(app, agency, people.an_email())
        other = people.an_agency(app, NOW)

        for work in (invitations.revoke, invitations.resend):
            with pytest.raises(InvitationNotFound):
                work(app, organization_id=other.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

    def test_forgets_its_address_once_it_is_decided(self, app: Session, agency: Agency) -> None:
        email = "konstantin@example.ru"
        invitation = invite(app, agency, email)
        assert invitation_reading.masked_address(app, invitation) == "ko***@example.ru"

        invitations.revoke(app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

        assert invitation_reading.masked_address(app, invitation) is None

    def test_accepted_twice_at_once_makes_one_member(
        self, app: Session, agency: Agency, database: TestDatabase
    ) -> None:
        agent = people.an_agent(app, NOW)
        token = known_token(app, invite(app, agency, str(agent.phone)))
        app.commit()

        results = at_once(database, 4, lambda session, _: accept(session, token, agent).status)

        assert results.count(InvitationStatus.ACCEPTED) == 1
        assert sum(isinstance(each, InvitationClosed) for each in results) == 3
        assert len(self._memberships(app, agency, agent)) == 1

    def test_makes_no_contractor_a_member_of_staff(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        subcontracts.open_subcontract(
            app, organization_id=agency.id, agent_phone=str(agent.phone), share_bps=7_000, now=NOW
        )
        token = known_token(app, invite(app, agency, str(agent.phone), member_role=MemberRole.ACCOUNTANT))

        with pytest.raises(ContractorIsNoStaff):
            accept(app, token, agent)

    @staticmethod
    def _memberships(app: Session, agency: Agency, person: Person) -> list[OrganizationMember]:
        return list(
            app.scalars(
                select(OrganizationMember).where(
                    OrganizationMember.organization_id == agency.id,
                    OrganizationMember.user_id == person.id,
                )
            )
        )
