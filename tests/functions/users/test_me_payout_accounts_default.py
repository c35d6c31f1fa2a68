import pytest

from functions.users.me_payout_accounts_default.handler import app
from functions.users.me_payout_accounts_list.handler import app as list_accounts
from shared.audit.service import SYSTEM
from shared.auth.step_up_models import StepUpAction
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.roles import Role
from shared.organizations import payout_accounts
from tests.builders import people
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed


def choose(call: Call, who: Signed, account_id: str) -> Answer:
    path = f"/users/me/payout-accounts/{account_id}/default"
    headers = confirmed(who, StepUpAction.PAYOUT_ACCOUNT_CHOOSE, path)
    return call(app, as_=who, account_id=account_id, headers=headers)


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

        reply = choose(call, agent, older["id"])

        assert (newer["is_default"], reply.status, reply.json["is_default"]) == (True, 200, True)
        after = {each["id"]: each["is_default"] for each in call(list_accounts, as_=agent).json["items"]}
        assert after == {newer["id"]: False, older["id"]: True}
        assert choose(call, agent, older["id"]).code == "payout_account_is_default"

    def test_needs_a_code_to_the_phone(self, call: Call) -> None:
        with transaction() as session:
            person = people.an_agent(session, utc_now())
            agent = people.sign_in(session, person, Role.AGENT, utc_now())
        (account,) = call(list_accounts, as_=agent).json["items"]

        assert call(app, as_=agent, account_id=account["id"]).code == "step_up_needed"

    def test_of_another_is_not_found(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            agent, other = people.an_agent(session, now), people.an_agent(session, now)
            signed, stranger = (people.sign_in(session, each, Role.AGENT, now) for each in (agent, other))
        (account,) = call(list_accounts, as_=signed).json["items"]

        foreign = choose(call, stranger, account["id"])
        absent = choose(call, stranger, str(new_id()))

        assert (foreign.status, absent.status) == (404, 404)
        assert foreign.code == absent.code == "payout_account_not_found"
