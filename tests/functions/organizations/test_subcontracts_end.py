from functions.organizations.members_remove.handler import app as remove
from functions.organizations.subcontracts_end.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.organizations import subcontracts
from tests.functions.conftest import Call
from tests.functions.organizations.conftest import Office


class TestEndingASubcontract:
    def test_lets_its_agent_be_removed(self, call: Call, office: Office) -> None:
        now = utc_now()
        with transaction() as session:
            contract = subcontracts.open_subcontract(
                session,
                organization_id=office.agency.id,
                agent_phone=str(office.agent.phone),
                share_bps=7_000,
                now=now,
            )
            subcontracts.mark_signed(session, contract.id, now)
        agent = {"organization_id": office.agency.id, "user_id": office.agent.id}
        refused = call(remove, as_=office.admin, **agent)

        ended = [
            call(app, as_=office.admin, organization_id=office.agency.id, subcontract_id=contract.id)
            for _ in range(2)
        ]

        assert (refused.status, refused.code) == (409, "member_under_contract")
        assert [each.status for each in ended] == [204, 409]
        assert call(remove, as_=office.admin, **agent).status == 204

    def test_of_another_is_not_found(self, call: Call, office: Office) -> None:
        reply = call(app, as_=office.admin, organization_id=office.agency.id, subcontract_id=new_id())

        assert (reply.status, reply.code) == (404, "subcontract_not_found")
