from datetime import UTC, datetime

from sqlalchemy.orm import Session

from shared.deals import parties, service
from shared.deals.models import DealStatus, PartyKind
from shared.deals.service import Viewer
from shared.kernel.roles import Role
from tests.builders.deals import PEER, a_deal
from tests.builders.people import a_client, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class TestAttach:
    def test_a_verified_phone_finds_its_deals(self, app: Session) -> None:
        agent, client = an_agent(app, NOW), a_client(app, NOW)
        deal = a_deal(app, NOW, agent=agent, client=client)
        assert client.phone is not None

        attached = parties.attach(app, user_id=client.id, phone=client.phone, actor=PEER, now=NOW)

        party = service.client_party(app, deal.id)
        assert (attached, party.kind, party.user_id) == (1, PartyKind.USER, client.id)
        assert service.visible_deal(app, deal.id, Viewer(client.id, Role.CLIENT, None)).id == deal.id

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
