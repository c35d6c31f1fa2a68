import pytest

from functions.users.me_payout_accounts_list.handler import app as list_accounts
from functions.users.me_payout_accounts_remove.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.functions.conftest import Call


@pytest.mark.usefixtures("no_queue")
class TestRemovingAnAccount:
    def test_takes_it_from_ones_own_list_only(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent, other = people.an_agent(session, now), people.an_agent(session, now)
            signed, stranger = (people.sign_in(session, each, Role.AGENT, now) for each in (agent, other))
        (account,) = call(list_accounts, as_=signed).json["items"]

        foreign = call(app, as_=stranger, account_id=account["id"])
        own = [call(app, as_=signed, account_id=account["id"]) for _ in range(2)]

        assert foreign.status == 404
        assert [reply.status for reply in own] == [204, 404]
        assert call(list_accounts, as_=signed).json["total"] == 0
