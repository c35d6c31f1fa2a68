from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.kernel.identifiers import new_id
from shared.kernel.tax import TaxRegime
from shared.organizations import service as organizations
from shared.organizations import subcontracts
from shared.organizations.errors import (
    AgentIsStaff,
    AgentNotFound,
    AgentNotSelfEmployed,
    OrganizationExists,
    OrganizationNotFound,
    ShareNeeded,
    SubcontractExists,
    SubcontractNotFound,
    SubcontractNotSigned,
)
from shared.organizations.models import (
    MemberRole,
    OrganizationMember,
    OrganizationStatus,
    ServiceSubcontract,
    SubcontractStatus,
)
from shared.users import profiles
from shared.users.models import TaxStatus
from tests.builders import people
from tests.builders.people import Agency, Person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


class TestAnAgency:
    def test_is_read_with_all_that_a_contract_names(self, app: Session) -> None:
        agency = people.an_agency(app, NOW)

        read = organizations.requisites(app, agency.id)

        assert (read.inn, read.kpp, read.ogrn) == (agency.inn, "770101001", "1247700543210")
        assert (read.short_name, read.tax_regime) == ("ООО «Дом и ключи»", TaxRegime.OSN)
        assert (read.email, read.phone) == (agency.admin.email, agency.admin.phone)
        assert read.status is OrganizationStatus.ACTIVE

    def test_is_pending_until_an_operator_approves_it(self, app: Session) -> None:
        agency = people.an_agency(app, NOW, approved=False)
        assert organizations.requisites(app, agency.id).status is OrganizationStatus.PENDING

        organizations.approve(app, agency.id, actor=SYSTEM, now=NOW)

        assert organizations.requisites(app, agency.id).status is OrganizationStatus.ACTIVE

    def test_has_an_inn_of_its_own(self, app: Session) -> None:
        agency = people.an_agency(app, NOW)
        given = organizations.requisites(app, agency.id)

        with pytest.raises(OrganizationExists):
            organizations.register_agency(
                app,
                name=given.name,
                short_name=given.short_name,
                inn=given.inn,
                kpp="770101001",
                ogrn="1247700543210",
                legal_address=given.legal_address,
                city=given.city,
                tax_regime=given.tax_regime,
                email=given.email,
                phone=given.phone,
                admin_id=agency.admin.id,
                actor=SYSTEM,
                now=NOW,
            )

    def test_has_only_checked_signers(self, app: Session) -> None:
        agency = people.an_agency(app, NOW)
        unchecked = people.a_client(app, NOW)
        organizations.add_signer(
            app,
            agency.id,
            unchecked.id,
            position="Директор",
            basis="Доверенность № 1 от 01.11.2026",
            checked=False,
            actor=SYSTEM,
            now=NOW,
        )

        (signer,) = organizations.signers(app, agency.id, now=NOW)

        assert (signer.user_id, signer.full_name) == (agency.admin.id, agency.admin.full_name)
        assert (signer.position, signer.basis) == ("Генеральный директор", "Устав")

    def test_has_no_signer_whose_power_has_expired(self, app: Session) -> None:
        agency = people.an_agency(app, NOW)
        admin = app.scalars(
            select(OrganizationMember).where(OrganizationMember.member_role == MemberRole.SIGNER)
        ).one()
        admin.basis_valid_until = date(2026, 11, 24)
        app.flush()

        on_the_last_day = organizations.signers(
            app, agency.id, now=datetime(2026, 11, 24, 20, 59, tzinfo=UTC)
        )
        after_midnight_in_moscow = organizations.signers(
            app, agency.id, now=datetime(2026, 11, 24, 21, 0, tzinfo=UTC)
        )

        assert (len(on_the_last_day), after_midnight_in_moscow) == (1, [])

    def test_that_is_not_there_is_not_found(self, app: Session) -> None:
        with pytest.raises(OrganizationNotFound):
            organizations.requisites(app, new_id())


class TestASubcontract:
    @pytest.fixture
    def agency(self, app: Session) -> Agency:
        return people.an_agency(app, NOW)

    @pytest.fixture
    def agent(self, app: Session) -> Person:
        return people.an_agent(app, NOW)

    def test_binds_once_it_is_signed_and_makes_the_agent_a_member(
        self, app: Session, agency: Agency, agent: Person
    ) -> None:
        offered = self._offer(app, agency, agent)
        assert subcontracts.live(app, agency.id, agent.id) is None
        assert not organizations.is_member(app, agency.id, agent.id)

        for _ in range(2):
            subcontracts.mark_signed(app, offered, NOW + DAY)

        live = subcontracts.live(app, agency.id, agent.id)
        assert live is not None
        assert (live.status, live.share_bps, live.signed_at) == (SubcontractStatus.SIGNED, 7_000, NOW + DAY)
        assert organizations.is_member(app, agency.id, agent.id, member_role=MemberRole.AGENT)

    def test_is_one_at_a_time(self, app: Session, agency: Agency, agent: Person) -> None:
        self._offer(app, agency, agent)

        with pytest.raises(SubcontractExists):
            self._offer(app, agency, agent)

    @pytest.mark.parametrize(
        "changes", [{"tax_status": TaxStatus.EMPLOYEE}, {"inn": None}, {"full_name": None}]
    )
    def test_is_for_the_self_employed_who_said_who_they_are(
        self, app: Session, agency: Agency, agent: Person, changes: dict[str, str | None]
    ) -> None:
        profiles.update(app, actor=SYSTEM, user_id=agent.id, changes=dict(changes), now=NOW)
        app.flush()

        with pytest.raises(AgentNotSelfEmployed):
            self._offer(app, agency, agent)

    def test_is_not_for_those_who_run_the_agency(self, app: Session, agency: Agency) -> None:
        profiles.update(
            app,
            actor=SYSTEM,
            user_id=agency.admin.id,
            changes={"inn": people.a_person_inn(), "tax_status": TaxStatus.SELF_EMPLOYED},
            now=NOW,
        )
        app.flush()

        with pytest.raises(AgentIsStaff):
            self._offer(app, agency, agency.admin)

    def test_needs_somebody_who_proved_the_phone(self, app: Session, agency: Agency) -> None:
        with pytest.raises(AgentNotFound):
            subcontracts.open_subcontract(
                app, organization_id=agency.id, agent_phone=people.a_phone(), share_bps=7_000, now=NOW
            )

    def test_takes_the_share_that_is_agreed_on_before(
        self, app: Session, agency: Agency, agent: Person
    ) -> None:
        organizations.organization(app, agency.id).agent_share_bps = 6_000
        app.flush()

        offered = subcontracts.open_subcontract(
            app, organization_id=agency.id, agent_phone=str(agent.phone), now=NOW
        )

        assert offered.share_bps == 6_000

    def test_needs_a_share_from_somewhere(self, app: Session, agency: Agency, agent: Person) -> None:
        with pytest.raises(ShareNeeded):
            subcontracts.open_subcontract(
                app, organization_id=agency.id, agent_phone=str(agent.phone), now=NOW
            )

    def test_ends_once_and_makes_room_for_another(self, app: Session, agency: Agency, agent: Person) -> None:
        offered = self._offer(app, agency, agent)
        with pytest.raises(SubcontractNotSigned):
            self._end(app, agency, offered)
        subcontracts.mark_signed(app, offered, NOW)

        ended = self._end(app, agency, offered)

        assert (ended.status, ended.ended_at) == (SubcontractStatus.ENDED, NOW + DAY)
        assert subcontracts.live(app, agency.id, agent.id) is None
        self._offer(app, agency, agent)

    def test_of_another_agency_is_not_found(self, app: Session, agency: Agency, agent: Person) -> None:
        offered = self._offer(app, agency, agent)

        with pytest.raises(SubcontractNotFound):
            self._end(app, people.an_agency(app, NOW), offered)

    @staticmethod
    def _end(app: Session, agency: Agency, subcontract_id: UUID) -> ServiceSubcontract:
        return subcontracts.end(
            app, organization_id=agency.id, subcontract_id=subcontract_id, actor=SYSTEM, now=NOW + DAY
        )

    def _offer(self, app: Session, agency: Agency, agent: Person) -> UUID:
        return subcontracts.open_subcontract(
            app, organization_id=agency.id, agent_phone=str(agent.phone), share_bps=7_000, now=NOW
        ).id
