from datetime import timedelta

from functions.users.me_payout_accounts_list.handler import app
from shared.audit.service import SYSTEM
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.organizations import payout_accounts
from tests.builders import people
from tests.functions.conftest import Call


class TestListingAccounts:
    def test_shows_ones_own_newest_first_page_by_page(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            people.an_agent(session, now)
            agent = people.an_agent(session, now - timedelta(days=1))
            payout_accounts.add_sbp_phone(
                session, user_id=agent.id, bank_id="100000000008", actor=SYSTEM, now=now
            )
            signed_in = people.sign_in(session, agent, Role.AGENT, now)

        first = call(app, as_=signed_in, query={"size": "1"}).json
        second = call(app, as_=signed_in, query={"size": "1", "page": "2"}).json

        assert (first["total"], first["page"], first["size"]) == (2, 1, 1)
        assert [(each["bank_id"], each["is_default"]) for each in first["items"] + second["items"]] == [
            ("100000000008", True),
            (people.BANK_ID, False),
        ]

    def test_bounds_the_page(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            signed_in = people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)

        assert call(app, as_=signed_in, query={"size": "101"}).status == 422
