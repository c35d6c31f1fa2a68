import pytest
from sqlalchemy.orm import Session

from functions.organizations.subcontracts_create.handler import app as offer
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import service as organizations
from tests.builders.people import an_agency, an_agent, sign_in
from tests.functions.conftest import Call


@pytest.mark.usefixtures("no_queue")
class TestOfferSubcontract:
    def test_offers_an_agent_his_share(self, call: Call, app: Session) -> None:
        now = utc_now()
        agency, agent = an_agency(app, now), an_agent(app, now)
        admin = sign_in(app, agency.admin, Role.AGENCY_ADMIN, now)
        app.commit()

        reply = call(
            offer,
            as_=admin,
            organization_id=agency.id,
            body={"agent_phone": agent.phone, "share_bps": 7_000},
        )

        assert reply.status == 202
        assert (reply.json["share_bps"], reply.json["status"]) == (7_000, "awaiting_signatures")

    def test_takes_the_share_that_the_agency_has_set(self, call: Call, app: Session) -> None:
        now = utc_now()
        agency, agent = an_agency(app, now), an_agent(app, now)
        organizations.organization(app, agency.id).agent_share_bps = 6_000
        admin = sign_in(app, agency.admin, Role.AGENCY_ADMIN, now)
        app.commit()

        reply = call(offer, as_=admin, organization_id=agency.id, body={"agent_phone": agent.phone})

        assert (reply.status, reply.json["share_bps"]) == (202, 6_000)

    def test_needs_a_share_from_somewhere(self, call: Call, app: Session) -> None:
        now = utc_now()
        agency, agent = an_agency(app, now), an_agent(app, now)
        admin = sign_in(app, agency.admin, Role.AGENCY_ADMIN, now)
        app.commit()

        reply = call(offer, as_=admin, organization_id=agency.id, body={"agent_phone": agent.phone})

        assert (reply.status, reply.code) == (422, "share_needed")

    def test_another_agency_does_not_exist(self, call: Call, app: Session) -> None:
        now = utc_now()
        own, other, agent = an_agency(app, now), an_agency(app, now), an_agent(app, now)
        admin = sign_in(app, own.admin, Role.AGENCY_ADMIN, now)
        app.commit()

        reply = call(
            offer, as_=admin, organization_id=other.id, body={"agent_phone": agent.phone, "share_bps": 7_000}
        )

        assert (reply.status, reply.code) == (404, "organization_not_found")

    @pytest.mark.parametrize("share_bps", [0, 10_000, 70.5, "7000"])
    def test_a_share_is_a_part(self, call: Call, app: Session, share_bps: object) -> None:
        now = utc_now()
        agency, agent = an_agency(app, now), an_agent(app, now)
        admin = sign_in(app, agency.admin, Role.AGENCY_ADMIN, now)
        app.commit()

        reply = call(
            offer,
            as_=admin,
            organization_id=agency.id,
            body={"agent_phone": agent.phone, "share_bps": share_bps},
        )

        assert (reply.status, reply.json["errors"][0]["field"]) == (422, "share_bps")
