from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from functions.deals.read.handler import app as read
from shared.deals import parties
from shared.kernel.clock import utc_now
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from tests.builders.deals import PEER, a_deal
from tests.builders.people import a_client, an_agency, an_agent
from tests.functions.conftest import Call
from tests.functions.deals.conftest import People


class TestReadDeal:
    @pytest.mark.parametrize("who", ["agent", "admin"])
    def test_shows_the_deal_to_its_people(self, call: Call, people: People, deal_id: str, who: str) -> None:
        reply = call(read, as_=getattr(people, who), deal_id=deal_id)

        assert (reply.status, reply.json["id"], reply.headers["ETag"]) == (200, deal_id, '"1"')

    def test_shows_it_to_the_client_once_he_has_proved_his_phone(
        self, call: Call, people: People, deal_id: str, app: Session
    ) -> None:
        assert call(read, as_=people.as_client, deal_id=deal_id).status == 404
        assert people.client.phone is not None
        parties.attach(app, user_id=people.client.id, phone=people.client.phone, actor=PEER, now=utc_now())
        app.commit()

        assert call(read, as_=people.as_client, deal_id=deal_id).status == 200

    def test_foreign_absent_and_nonsense_are_indistinguishable(
        self, call: Call, people: People, deal_id: str
    ) -> None:
        foreign = call(read, as_=people.stranger, deal_id=deal_id)
        absent = call(read, as_=people.stranger, deal_id=uuid4())
        nonsense = call(read, as_=people.stranger, deal_id="nonsense")

        assert (foreign.status, foreign.code) == (absent.status, absent.code) == (404, "deal_not_found")
        assert foreign.json["detail"] == absent.json["detail"]
        assert nonsense.status == 404

    def test_an_admin_who_acts_for_no_agency_sees_nobodys(
        self, call: Call, people: People, app: Session
    ) -> None:
        now = utc_now()
        alone, client = an_agent(app, now), a_client(app, now)
        deal = a_deal(app, now, agent=alone, client=client)
        other = an_agency(app, now)
        organizations.add_member(
            app, other.id, people.crew.agency.admin.id, MemberRole.ADMIN, actor=PEER, now=now
        )
        app.commit()

        assert call(read, as_=people.admin, deal_id=deal.id).status == 404
