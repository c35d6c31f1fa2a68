from functions.operator.organizations_block.handler import app as block
from functions.operator.organizations_unblock.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from tests.builders import people
from tests.functions.conftest import Call, Signed


class TestUnblockingAnOrganization:
    def test_lets_it_work_again(self, call: Call, operator: Signed) -> None:
        with transaction() as session:
            agency = people.an_agency(session, utc_now())
        call(block, as_=operator, organization_id=agency.id, body={"reason": "Идёт проверка"})

        replies = [call(app, as_=operator, organization_id=agency.id) for _ in range(2)]

        assert (replies[0].json["status"], replies[0].json["status_reason"]) == ("active", None)
        assert (replies[1].status, replies[1].code) == (409, "organization_state_wrong")
