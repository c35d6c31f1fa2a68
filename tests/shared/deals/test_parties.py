from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from shared.access.rights import Reach
from shared.deals import parties, service
from shared.deals.errors import PartiesCollide
from shared.deals.models import DealStatus, PartyKind
from shared.deals.service import Viewer
from shared.kernel.identifiers import new_id
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from tests.builders.deals import PEER, a_crew, a_deal, submit
from tests.builders.people import Person, a_client, a_phone, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class TestAttach:
    def test_a_verified_phone_finds_its_deals(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        assert client.phone is not None

        attached = parties.attach(app, user_id=client.id, phone=client.phone, actor=PEER, now=NOW)

        party = service.client_party(app, deal.id)
        assert (attached, party.kind, party.user_id) == (1, PartyKind.USER, client.id)
        assert service.visible_deal(app, deal.id, Viewer(client.id, Reach.PARTY, None)).id == deal.id

    def test_another_phone_finds_nothing(self, app: Session) -> None:
        agent, client, stranger = an_agent(app, NOW), a_client(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        assert stranger.phone is not None

        assert parties.attach(app, user_id=stranger.id, phone=stranger.phone, actor=PEER, now=NOW) == 0
        assert service.client_party(app, deal.id).user_id is None

    def test_a_deal_that_is_over_stays_as_it_is(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        deal.status = DealStatus.CANCELLED
        app.flush()
        assert client.phone is not None

        assert parties.attach(app, user_id=client.id, phone=client.phone, actor=PEER, now=NOW) == 0

    def test_nobody_becomes_the_client_of_his_own_agency(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)
        organizations.add_member(app, crew.agency.id, client.id, MemberRole.ACCOUNTANT, actor=PEER, now=NOW)
        assert client.phone is not None

        assert parties.attach(app, user_id=client.id, phone=client.phone, actor=PEER, now=NOW) == 0
        assert service.client_party(app, deal.id).user_id is None


class TestAttachKnown:
    def test_a_client_who_proved_his_phone_before_sees_the_submitted_deal(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)

        submit(app, deal, agent, NOW)

        assert service.client_party(app, deal.id).user_id == client.id
        assert service.visible_deal(app, deal.id, Viewer(client.id, Reach.PARTY, None)).id == deal.id

    def test_an_unknown_phone_waits_for_its_person(self, app: Session) -> None:
        agent, stranger = an_agent(app, NOW), Person(new_id(), "Новиков Олег Ильич", a_phone(), None)
        deal = a_deal(app, NOW, agent=agent, client=stranger)

        submit(app, deal, agent, NOW)

        assert service.client_party(app, deal.id).kind is PartyKind.EXTERNAL

    def test_somebody_who_joined_the_executors_side_is_refused(self, app: Session) -> None:
        crew, client = a_crew(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=crew.agent, client=client, agency=crew.agency)
        organizations.add_member(app, crew.agency.id, client.id, MemberRole.ACCOUNTANT, actor=PEER, now=NOW)
        app.flush()

        with pytest.raises(PartiesCollide):
            submit(app, deal, crew.agent, NOW)
