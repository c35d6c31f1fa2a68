from datetime import datetime, timedelta

import pytest

from functions.users.me_payout_accounts_add.handler import app
from shared.auth.step_up_models import StepUpAction
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from tests.builders import people
from tests.builders.people import BANK_ID
from tests.builders.step_up import confirmed
from tests.functions.conftest import Answer, Call, Signed

PATH = "/users/me/payout-accounts"
OWN_PHONE = {"kind": "sbp_phone", "bank_id": BANK_ID}
OTHER_BANK = {"kind": "sbp_phone", "bank_id": "100000000008"}
ACCOUNT = {
    "kind": "bank_account",
    "bik": "044525225",
    "account": "40817 810 7 0000 0000001",
    "holder": "Иванова Мария Петровна",
}
CARD = {"kind": "card", "token": "pt-2f1d7c9a-000f-5000-8000", "last4": "4444"}


@pytest.fixture
def agent(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        person = people.an_agent(session, now, payable=False)
        return people.sign_in(session, person, Role.AGENT, now)


def add(call: Call, who: Signed, body: dict[str, str]) -> Answer:
    headers = confirmed(who, StepUpAction.PAYOUT_ACCOUNT_ADD, PATH, body)
    return call(app, as_=who, body=body, headers=headers)


@pytest.mark.usefixtures("no_queue")
class TestAddingAnAccount:
    def test_first_is_usable_at_once(self, call: Call, agent: Signed) -> None:
        reply = add(call, agent, OWN_PHONE)

        assert reply.status == 201, reply.text
        assert reply.json["usable_from"] == reply.json["created_at"]
        assert reply.json["is_default"] is True
        assert "***" in reply.json["phone"]

    def test_next_waits_a_day(self, call: Call, agent: Signed) -> None:
        add(call, agent, OWN_PHONE)

        changed = add(call, agent, OTHER_BANK).json

        waits = datetime.fromisoformat(changed["usable_from"]) - datetime.fromisoformat(changed["created_at"])
        assert waits == timedelta(hours=24)

    def test_is_confirmed_by_phone_for_that_very_account(self, call: Call, agent: Signed) -> None:
        headers = confirmed(agent, StepUpAction.PAYOUT_ACCOUNT_ADD, PATH, OWN_PHONE)

        replies = [
            call(app, as_=agent, body=OWN_PHONE),
            call(app, as_=agent, body=OTHER_BANK, headers=headers),
            call(app, as_=agent, body=OWN_PHONE, headers=headers),
            call(app, as_=agent, body=OTHER_BANK, headers=headers),
        ]

        assert [reply.status for reply in replies] == [403, 403, 201, 403]
        assert replies[0].code == "step_up_needed"

    def test_takes_a_bank_account_and_shows_its_ends(self, call: Call, agent: Signed) -> None:
        reply = add(call, agent, ACCOUNT)

        assert reply.status == 201, reply.text
        assert (reply.json["account"], reply.json["bik"], reply.json["phone"]) == (
            "40817···0001",
            "044525225",
            None,
        )

    def test_takes_a_cards_token_and_never_shows_it(self, call: Call, agent: Signed) -> None:
        reply = add(call, agent, CARD)

        assert (reply.status, reply.json["last4"]) == (201, "4444")
        assert CARD["token"] not in reply.text

    def test_same_again_is_refused(self, call: Call, agent: Signed) -> None:
        replies = [add(call, agent, OWN_PHONE) for _ in range(2)]

        assert [reply.status for reply in replies] == [201, 409]
        assert replies[1].code == "payout_account_exists"

    def test_is_for_agents(self, call: Call) -> None:
        now = utc_now()
        with transaction() as session:
            client = people.sign_in(session, people.a_client(session, now), Role.CLIENT, now)

        assert call(app, as_=client, body=OWN_PHONE).status == 403

    @pytest.mark.parametrize(
        ("body", "field"),
        [
            ({"kind": "cash"}, "kind"),
            ({"kind": "sbp_phone", "bank_id": "1"}, "bank_id"),
            ({"kind": "sbp_phone"}, "body"),
            ({"kind": "card", "bank_id": BANK_ID}, "body"),
            ({**OWN_PHONE, "phone": "+74950000000"}, "phone"),
            ({**ACCOUNT, "bik": "04452522"}, "bik"),
            ({**ACCOUNT, "bik": "044525974"}, "body"),
            ({**ACCOUNT, "account": "40817840700000000001"}, "account"),
            ({**ACCOUNT, "token": CARD["token"]}, "body"),
            ({**CARD, "token": "4111111111111111"}, "token"),
            ({**CARD, "token": "card-4111-1111-1111-1111"}, "token"),
            ({**CARD, "last4": "44"}, "last4"),
        ],
    )
    def test_takes_only_what_fits_together(
        self, call: Call, agent: Signed, body: dict[str, str], field: str
    ) -> None:
        reply = call(app, as_=agent, body=body)

        assert (reply.status, [each["field"] for each in reply.json["errors"]]) == (422, [field])
        assert "4111" not in reply.text
