from uuid import uuid4

import pytest

from functions.payments.intents_cancel.handler import app
from functions.payments.intents_read.handler import app as read
from functions.payments.pay_read.handler import app as read_page
from functions.schedules.intents_poll.handler import app as poll
from shared.kernel.roles import Role
from shared.payments.models import IntentStatus, Payment, PaymentIntent
from shared.receipts.models import Receipt
from tests.adapters.yookassa.bankside import BankSide
from tests.builders.crashing import dies_at, labels_of
from tests.functions.conftest import Call, http_event
from tests.functions.payments.links import a_link, due_now, made_for
from tests.shared.payments.world import a_cast, assert_books_balance, count_of, sign_in


class TestCancelIntent:
    def test_nobody_is_to_pay_by_it_any_more(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        link = a_link(cast)

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), intent_id=link["id"])

        assert (reply.status, reply.json["status"], reply.json["url"]) == (200, "cancelled", None)
        assert [one["event"] for one in reply.json["timeline"]][-2:] == ["cancel_asked", "cancelled"]
        page = call(read_page, pay_token=link["pay_url"].rpartition("/")[2]).json
        assert (page["state"], page["url"], page["qr_svg"]) == ("cancelled", None, None)

    def test_money_that_came_meanwhile_is_recorded_with_all_that_it_causes(
        self, call: Call, bank: BankSide
    ) -> None:
        cast = a_cast(agency=False)
        link = a_link(cast)
        bank.ask("webhooks", enabled=False)
        bank.ask(f"payments/{made_for(bank, link['id'])[0]['id']}/pay")

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), intent_id=link["id"])

        assert (reply.status, reply.code) == (409, "intent_paid")
        assert (count_of(Payment), count_of(Receipt)) == (1, 1)
        assert_books_balance()

    def test_while_the_bank_is_silent_it_is_being_taken_back(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        link, agent = a_link(cast), sign_in(cast.agent_id, Role.AGENT)
        bank.spoil("error_before", "payments.get")

        reply = call(app, as_=agent, intent_id=link["id"])

        told = reply.json
        assert (reply.status, told["status"], told["cancel_asked"]) == (200, "pending", True)
        assert told["url"] is None
        due_now()
        poll({}, None)
        assert call(read, as_=agent, intent_id=link["id"]).json["status"] == "cancelled"

    def test_a_key_is_needed_and_a_repeat_answers_the_same(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        link, agent = a_link(cast), sign_in(cast.agent_id, Role.AGENT)

        assert call(app, as_=agent, intent_id=link["id"], key=None).code == "idempotency_key_needed"
        first, again = (call(app, as_=agent, intent_id=link["id"], key="the-same") for _ in range(2))

        assert (again.status, again.json) == (200, first.json)
        assert call(app, as_=agent, intent_id=link["id"]).code == "intent_ended"

    def test_is_for_those_of_the_deal(self, call: Call, bank: BankSide) -> None:
        cast, other = a_cast(), a_cast()
        link = a_link(cast)

        stranger = call(app, as_=sign_in(other.agent_id, Role.AGENT), intent_id=link["id"])

        assert (stranger.status, stranger.code) == (404, "intent_not_found")
        assert call(app, as_=sign_in(cast.agent_id, Role.AGENT), intent_id=uuid4()).status == 404
        assert call(app, as_=sign_in(cast.client_id, Role.CLIENT), intent_id=link["id"]).status == 403


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("intents_cancel"))
    def test_a_call_that_dies_is_finished_by_the_poller(self, bank: BankSide, label: str) -> None:
        cast = a_cast()
        link, agent = a_link(cast), sign_in(cast.agent_id, Role.AGENT)

        assert dies_at(label, "payments.intents_cancel", http_event(app, as_=agent, intent_id=link["id"]))
        due_now()
        poll({}, None)

        assert count_of(PaymentIntent, PaymentIntent.status == IntentStatus.CANCELLED) == 1
        assert_books_balance()
