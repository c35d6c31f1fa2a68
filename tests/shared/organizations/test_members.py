from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM, Actor
from shared.organizations import member_views, members, subcontracts
from shared.organizations import service as organizations
from shared.organizations.errors import OrganizationClosed
from shared.organizations.member_errors import (
    ContractorIsNoStaff,
    LastAdmin,
    MemberExists,
    MemberNeedsRole,
    MemberNotFound,
    MemberUnderContract,
    NotASigner,
    RoleNotHeld,
)
from shared.organizations.members import Changes
from shared.organizations.models import BasisKind, MemberRole, OrganizationMember, OrganizationStatus
from shared.organizations.terms import Authority
from shared.users.models import User, UserStatus
from tests.builders import people
from tests.builders.people import Agency, Person
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
CHARTER = Authority("Директор", BasisKind.CHARTER)
POWER = Authority(
    "Директор", BasisKind.POWER_OF_ATTORNEY, "5", date(2026, 11, 1), date(2026, 12, 31), "Договоры"
)


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW)


@pytest.fixture
def other(app: Session, agency: Agency) -> Person:
    """Its second admin."""
    person = people.a_client(app, NOW)
    organizations.add_member(app, agency.id, person.id, MemberRole.ADMIN, actor=SYSTEM, now=NOW)
    return person


def remove(session: Session, agency: Agency, person: Person) -> None:
    members.remove(
        session, organization_id=agency.id, user_id=person.id, actor=Actor(agency.admin.id), now=NOW + DAY
    )


def change(session: Session, agency: Agency, person: Person, changes: Changes) -> None:
    members.change(
        session, organization_id=agency.id, user_id=person.id, changes=changes, actor=SYSTEM, now=NOW + DAY
    )


def roles(session: Session, agency: Agency, person: Person) -> set[MemberRole]:
    return {
        row.member_role
        for row in session.scalars(
            organizations.live_members(agency.id).where(OrganizationMember.user_id == person.id)
        )
    }


class TestRemoving:
    def test_ends_every_role_and_keeps_the_history(self, app: Session, agency: Agency, other: Person) -> None:
        remove(app, agency, agency.admin)

        rows = app.scalars(
            select(OrganizationMember).where(OrganizationMember.user_id == agency.admin.id)
        ).all()
        assert {(row.member_role, row.removed_at) for row in rows} == {
            (MemberRole.ADMIN, NOW + DAY),
            (MemberRole.SIGNER, NOW + DAY),
        }
        assert not organizations.is_member(app, agency.id, agency.admin.id)

    def test_is_written_down(self, app: Session, agency: Agency, other: Person) -> None:
        remove(app, agency, other)

        line = app.scalars(select(AuditLog).where(AuditLog.action == "organization.member_removed")).one()
        assert (line.actor_id, line.entity_id) == (agency.admin.id, agency.id)
        assert line.before == {"member_id": str(other.id), "member_role": "admin"}

    def test_lets_him_come_back(self, app: Session, agency: Agency, other: Person) -> None:
        remove(app, agency, other)

        members.join(
            app,
            organization_id=agency.id,
            user_id=other.id,
            member_role=MemberRole.ADMIN,
            actor=SYSTEM,
            now=NOW,
        )

        assert roles(app, agency, other) == {MemberRole.ADMIN}

    def test_the_last_admin_is_refused(self, app: Session, agency: Agency) -> None:
        with pytest.raises(LastAdmin):
            remove(app, agency, agency.admin)

    def test_the_last_who_can_sign_in_is_refused(self, app: Session, agency: Agency, other: Person) -> None:
        app.get_one(User, other.id).status = UserStatus.BLOCKED
        app.flush()

        with pytest.raises(LastAdmin):
            remove(app, agency, agency.admin)

    def test_the_last_two_admins_at_once_leaves_one(
        self, app: Session, agency: Agency, other: Person, database: TestDatabase
    ) -> None:
        app.commit()

        results = at_once(
            database, 2, lambda session, number: remove(session, agency, [agency.admin, other][number])
        )

        assert [type(each) for each in results if each is not None] == [LastAdmin]
        admins = app.scalars(
            organizations.live_members(agency.id).where(OrganizationMember.member_role == MemberRole.ADMIN)
        ).all()
        assert len(admins) == 1

    def test_one_who_works_under_a_contract_waits_for_its_end(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        contract = subcontracts.open_subcontract(
            app, organization_id=agency.id, agent_phone=str(agent.phone), share_bps=7_000, now=NOW
        )
        subcontracts.mark_signed(app, contract.id, NOW)
        with pytest.raises(MemberUnderContract):
            remove(app, agency, agent)

        subcontracts.end(app, organization_id=agency.id, subcontract_id=contract.id, actor=SYSTEM, now=NOW)
        remove(app, agency, agent)

        assert roles(app, agency, agent) == set()

    def test_a_stranger_is_not_found(self, app: Session, agency: Agency) -> None:
        foreign = people.an_agency(app, NOW)

        for person in (people.an_agent(app, NOW), foreign.admin):
            with pytest.raises(MemberNotFound):
                remove(app, agency, person)


class TestChanging:
    def test_adds_and_takes_roles(self, app: Session, agency: Agency, other: Person) -> None:
        change(
            app,
            agency,
            other,
            Changes(add=frozenset({MemberRole.ACCOUNTANT}), remove=frozenset({MemberRole.ADMIN})),
        )

        assert roles(app, agency, other) == {MemberRole.ACCOUNTANT}

    def test_the_last_admin_stays_one(self, app: Session, agency: Agency) -> None:
        with pytest.raises(LastAdmin):
            change(app, agency, agency.admin, Changes(remove=frozenset({MemberRole.ADMIN})))

    def test_a_new_basis_must_be_checked_anew(self, app: Session, agency: Agency) -> None:
        assert len(organizations.signers(app, agency.id, now=NOW)) == 1

        change(app, agency, agency.admin, Changes(authority=POWER))

        assert organizations.signers(app, agency.id, now=NOW) == []
        signer = next(
            role
            for role in member_views.member(app, agency.id, agency.admin.id).roles
            if role.member_role is MemberRole.SIGNER
        )
        assert (signer.basis, signer.basis_valid_until) == (
            "Доверенность № 5 от 01.11.2026",
            date(2026, 12, 31),
        )
        assert signer.checked_at is None

    def test_an_agents_share_is_his_own_until_it_is_taken_back(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        organizations.add_member(app, agency.id, agent.id, MemberRole.AGENT, actor=SYSTEM, now=NOW)
        organizations.organization(app, agency.id).agent_share_bps = 6_000
        app.flush()

        change(app, agency, agent, Changes(share=(7_500,)))
        own = subcontracts.offered_share(app, agency.id, agent.id)
        change(app, agency, agent, Changes(share=(None,)))
        common = subcontracts.offered_share(app, agency.id, agent.id)

        assert (own, common) == (7_500, 6_000)

    @pytest.mark.parametrize(
        ("changes", "refusal"),
        [
            (Changes(add=frozenset({MemberRole.ADMIN})), MemberExists),
            (Changes(remove=frozenset({MemberRole.AGENT})), RoleNotHeld),
            (Changes(remove=frozenset({MemberRole.ADMIN})), MemberNeedsRole),
            (Changes(share=(5_000,)), RoleNotHeld),
            (Changes(authority=CHARTER), NotASigner),
        ],
    )
    def test_what_makes_no_sense_is_refused(
        self, app: Session, agency: Agency, other: Person, changes: Changes, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            change(app, agency, other, changes)

    def test_a_contractor_gets_no_other_role(self, app: Session, agency: Agency) -> None:
        agent = people.an_agent(app, NOW)
        contract = subcontracts.open_subcontract(
            app, organization_id=agency.id, agent_phone=str(agent.phone), share_bps=7_000, now=NOW
        )
        subcontracts.mark_signed(app, contract.id, NOW)

        with pytest.raises(ContractorIsNoStaff):
            change(app, agency, agent, Changes(add=frozenset({MemberRole.ACCOUNTANT})))


class TestAppointingASigner:
    def test_makes_a_member_sign_once_he_is_checked(
        self, app: Session, agency: Agency, other: Person
    ) -> None:
        members.appoint_signer(
            app, organization_id=agency.id, user_id=other.id, authority=CHARTER, actor=SYSTEM, now=NOW
        )

        assert MemberRole.SIGNER in roles(app, agency, other)
        assert other.id not in {each.user_id for each in organizations.signers(app, agency.id, now=NOW)}

    def test_is_for_members(self, app: Session, agency: Agency) -> None:
        with pytest.raises(MemberNotFound):
            members.appoint_signer(
                app,
                organization_id=agency.id,
                user_id=people.an_agent(app, NOW).id,
                authority=CHARTER,
                actor=SYSTEM,
                now=NOW,
            )

    def test_nobody_joins_a_blocked_organization(self, app: Session, agency: Agency) -> None:
        organizations.organization(app, agency.id).status = OrganizationStatus.BLOCKED
        app.flush()

        with pytest.raises(OrganizationClosed):
            members.join(
                app,
                organization_id=agency.id,
                user_id=people.an_agent(app, NOW).id,
                member_role=MemberRole.AGENT,
                actor=SYSTEM,
                now=NOW,
            )
