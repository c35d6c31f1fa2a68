from datetime import datetime, timedelta

import pytest

from functions.users.me_payout_accounts_add.handler import app
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.people import BANK_ID
from tests.functions.conftest import Call, Signed

OTHER_BANK = "100000000008"


@pytest.fixture
def agent(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        person = people.an_agent(session, now, payable=False)
        return people.sign_in(session, person, Role.AGENT, now)


@pytest.mark.usefixtures("no_queue")
class TestAddingAnAccount:
    def test_first_is_usable_at_once(self, call: Call, agent: Signed) -> None:
        reply = call(app, as_=agent, body={"kind": "sbp_phone", "bank_id": BANK_ID})

        assert reply.status == 201, reply.text
        assert reply.json["usable_from"] == reply.json["created_at"]
        assert reply.json["is_default"] is True
        assert "***" in reply.json["phone"]

    def test_next_waits_a_day(self, call: Call, agent: Signed) -> None:
        call(app, as_=agent, body={"kind": "sbp_phone", "bank_id": BANK_ID})

        changed = call(app, as_=agent, body={"kind": "sbp_phone", "bank_id": OTHER_BANK}).json

        waits = datetime.fromisoformat(changed["usable_from"]) - datetime.fromisoformat(changed["created_at"])
        assert waits == timedelta(hours=24)

    def test_same_again_is_refused(self, call: Call, agent: Signed) -> None:
        bodies = [{"kind": "sbp_phone", "bank_id": BANK_ID}] * 2

        replies = [call(app, as_=agent, body=body) for body in bodies]

        assert [reply.status for reply in replies] == [201, 409]
        assert replies[1].code == "payout_account_exists"

    def test_is_for_agents(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            client = people.sign_in(session, people.a_client(session, now), Role.CLIENT, now)

        assert call(app, as_=client, body={"kind": "sbp_phone", "bank_id": BANK_ID}).status == 403

    @pytest.mark.parametrize(
        "body",
        [
            {"kind": "card", "bank_id": BANK_ID},
            {"kind": "sbp_phone", "bank_id": "1"},
            {"kind": "sbp_phone", "bank_id": BANK_ID, "phone": "+79161234567"},
        ],
    )
    def test_takes_only_a_bank_for_the_proved_phone(
        self, call: Call, agent: Signed, body: dict[str, str]
    ) -> None:
        assert call(app, as_=agent, body=body).code == "invalid_fields"
