import pytest

from functions.users.me_payout_accounts_default.handler import app
from functions.users.me_payout_accounts_list.handler import app as list_accounts
from shared.audit.service import SYSTEM
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.organizations import payout_accounts
from tests.builders import people
from tests.functions.conftest import Call


@pytest.mark.usefixtures("no_queue")
class TestChoosingADefault:
    def test_pays_there_from_now_on(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            person = people.an_agent(session, now)
            payout_accounts.add_sbp_phone(
                session, user_id=person.id, bank_id="100000000008", actor=SYSTEM, now=now
            )
            agent = people.sign_in(session, person, Role.AGENT, now)
        newer, older = call(list_accounts, as_=agent).json["items"]

        reply = call(app, as_=agent, account_id=older["id"])

        assert (newer["is_default"], reply.status, reply.json["is_default"]) == (True, 200, True)
        after = {each["id"]: each["is_default"] for each in call(list_accounts, as_=agent).json["items"]}
        assert after == {newer["id"]: False, older["id"]: True}
        assert call(app, as_=agent, account_id=older["id"]).code == "payout_account_is_default"

    def test_of_another_is_not_found(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent, other = people.an_agent(session, now), people.an_agent(session, now)
            signed, stranger = (people.sign_in(session, each, Role.AGENT, now) for each in (agent, other))
        (account,) = call(list_accounts, as_=signed).json["items"]

        foreign = call(app, as_=stranger, account_id=account["id"])
        absent = call(app, as_=stranger, account_id=new_id())

        assert (foreign.status, absent.status) == (404, 404)
        assert foreign.code == absent.code == "payout_account_not_found"
