from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.organizations import invitations, member_views, members
from shared.organizations import service as organizations
from shared.organizations.errors import OrganizationNotFound
from shared.organizations.member_views import RoleLine, Standing
from shared.organizations.models import MemberRole
from shared.organizations.terms import Terms
from shared.vault import service as vault
from tests.builders import people
from tests.builders.people import Agency, Person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW)


@pytest.fixture
def other(app: Session, agency: Agency) -> Person:
    """Its second admin."""
    person = people.a_client(app, NOW)
    organizations.add_member(app, agency.id, person.id, MemberRole.ADMIN, actor=SYSTEM, now=NOW)
    return person


class TestTheList:
    def test_shows_members_with_their_roles_then_the_invited(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        members.join(
            app,
            organization_id=agency.id,
            user_id=agent.id,
            member_role=MemberRole.AGENT,
            terms=Terms(share_bps=6_000),
            actor=SYSTEM,
            now=NOW + DAY,
        )
        invitation = invitations.invite(
            app,
            organization_id=agency.id,
            member_role=MemberRole.ACCOUNTANT,
            email="buhgalter@example.ru",
            actor=SYSTEM,
            now=NOW,
        )

        lines, total = member_views.page_of(app, agency.id, offset=0, limit=20, now=NOW)

        assert total == 3
        assert [each.full_name for each in lines] == [agency.admin.full_name, agent.full_name, None]
        assert {role.member_role for role in lines[0].roles} == {MemberRole.ADMIN, MemberRole.SIGNER}
        assert lines[1].roles == [RoleLine(MemberRole.AGENT, 6_000)]
        assert (lines[2].standing, lines[2].invitation_id) == (Standing.INVITED, invitation.id)
        assert lines[2].address == "bu***@example.ru"

    def test_comes_in_pages(self, app: Session, agency: Agency, other: Person) -> None:
        pages = [
            member_views.page_of(app, agency.id, offset=offset, limit=1, now=NOW) for offset in (0, 1, 2)
        ]

        assert [len(lines) for lines, _ in pages] == [1, 1, 0]
        assert {line.user_id for lines, _ in pages for line in lines} == {agency.admin.id, other.id}
        assert {total for _, total in pages} == {2}

    def test_leaves_out_the_removed_and_the_expired(
        self, app: Session, agency: Agency, other: Person
    ) -> None:
        invitations.invite(
            app,
            organization_id=agency.id,
            member_role=MemberRole.AGENT,
            email=people.an_email(),
            actor=SYSTEM,
            now=NOW,
        )
        members.remove(app, organization_id=agency.id, user_id=other.id, actor=SYSTEM, now=NOW)

        lines, total = member_views.page_of(app, agency.id, offset=0, limit=20, now=NOW + 8 * DAY)

        assert ([line.user_id for line in lines], total) == ([agency.admin.id], 1)

    def test_names_nobody_whose_data_was_erased(self, app: Session, agency: Agency, other: Person) -> None:
        vault.destroy(app, [other.id], now=NOW)

        line = member_views.member(app, agency.id, other.id)

        assert (line.user_id, line.full_name) == (other.id, None)

    def test_of_no_organization_is_not_found(self, app: Session, agency: Agency) -> None:
        with pytest.raises(OrganizationNotFound):
            member_views.page_of(app, agency.admin.id, offset=0, limit=1, now=NOW)
