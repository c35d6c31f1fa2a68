from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.deals import opening, service
from shared.deals.errors import (
    DealTypeNotReady,
    NotPayable,
    PartiesCollide,
    PlanDoesNotSum,
    ProfileIncomplete,
    SubcontractNeeded,
)
from shared.deals.models import DealStatus, DealType, ExecutorKind, PartyKind, PartyRole
from shared.kernel.money import Money
from shared.organizations.models import ServiceSubcontract
from shared.users.models import TaxStatus, UserProfile
from tests.builders.deals import COMMISSION, PEER, a_crew, a_deal, a_step, client_facts, some_terms
from tests.builders.people import Person, a_client, an_agency, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class TestOpenDeal:
    def test_writes_a_draft_with_its_parties_terms_and_plan(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)

        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)

        assert deal.status is DealStatus.DRAFT
        assert deal.number.startswith("2026-")
        assert service.address_of(app, deal) == "г. Москва, ул. Лесная, д. 5, кв. 12"
        parties = service.parties_of(app, deal.id)
        assert [(party.role, party.kind) for party in parties] == [
            (PartyRole.CLIENT, PartyKind.EXTERNAL),
            (PartyRole.EXECUTOR, PartyKind.ORG),
        ]
        assert service.party_contacts(app, parties[0]).phone == client.phone
        terms = service.current_terms(app, deal.id)
        assert (terms.commission_kopecks, terms.vat_bps) == (COMMISSION, 2_200)
        assert [step.amount_kopecks for step in service.plan_of(app, deal.id)] == [COMMISSION]
        assert app.scalars(select(AuditLog.action).where(AuditLog.entity_id == deal.id)).all() == [
            "deal.opened"
        ]

    def test_shares_the_base_by_the_signed_subcontract(self, app: Session) -> None:
        crew, client = a_crew(app, NOW, share_bps=6_500), a_client(app, NOW)

        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)

        rule = service.current_terms(app, deal.id).split_rule
        assert [(one["line"], one["bps"]) for one in rule] == [("agency", 3_500), ("agent", 6_500)]

    def test_an_agent_alone_owes_no_vat_and_takes_the_whole_base(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)

        deal = a_deal(app, NOW, agent=agent, client=client)

        terms = service.current_terms(app, deal.id)
        assert terms.vat_bps is None
        assert [(one["line"], one["owner_id"], one["bps"]) for one in terms.split_rule] == [
            ("agent", str(agent.id), 10_000)
        ]

    def test_a_plan_must_sum_to_the_commission(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        terms = some_terms(plan=[a_step(COMMISSION - Money(1))])

        with pytest.raises(PlanDoesNotSum):
            a_deal(app, NOW, agent=agent, client=client, terms=terms)

    def test_other_types_wait_for_their_contracts(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)

        with pytest.raises(DealTypeNotReady):
            a_deal(app, NOW, agent=agent, client=client, terms=some_terms(type=DealType.RENT_TENANT))

    @pytest.mark.parametrize("whose", ["agent", "signer"])
    def test_the_clients_phone_is_not_the_executors(self, app: Session, whose: str) -> None:
        crew = a_crew(app, NOW)
        phone = crew.agent.phone if whose == "agent" else crew.agency.admin.phone
        client = Person(uuid4(), "Соколова Анна Петровна", phone, None)

        with pytest.raises(PartiesCollide):
            a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)

    def test_without_a_signed_subcontract_there_is_no_deal_for_the_agency(self, app: Session) -> None:
        agent, agency, client = an_agent(app, NOW), an_agency(app, NOW), a_client(app, NOW)

        with pytest.raises(SubcontractNeeded):
            a_deal(app, NOW, agent=agent, client=client, agency=agency)
        assert app.scalars(select(ServiceSubcontract)).all() == []

    def test_an_agencys_employee_is_not_payable(self, app: Session) -> None:
        agent, client = an_agent(app, NOW, tax_status=TaxStatus.EMPLOYEE), a_client(app, NOW)

        with pytest.raises(NotPayable):
            a_deal(app, NOW, agent=agent, client=client)

    @pytest.mark.parametrize("missing", ["full_name", "inn"])
    def test_a_profile_must_name_its_person(self, app: Session, missing: str) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        profile = app.get_one(UserProfile, agent.id)
        setattr(profile, missing, None)
        if missing == "inn":
            profile.inn_index = None
        app.flush()

        with pytest.raises(ProfileIncomplete):
            a_deal(app, NOW, agent=agent, client=client)


class TestTerms:
    def test_a_commission_may_be_a_sum_and_a_share(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        whole = Money(50_000_00) + Money(12_500_000_00).share(100)

        deal = opening.open_deal(
            app,
            agent_id=agent.id,
            executor_kind=ExecutorKind.USER,
            organization_id=None,
            terms=some_terms(commission_fixed=Money(50_000_00), commission_bps=100, plan=[a_step(whole)]),
            client=client_facts(client),
            actor=PEER,
            now=NOW,
        )

        assert service.current_terms(app, deal.id).commission_kopecks == Money(175_000_00)
