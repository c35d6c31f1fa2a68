import pytest

from functions.payments.intents_read.handler import app as read
from functions.payments.intents_reissue.handler import app
from shared.kernel.roles import Role
from shared.payments.models import IntentStatus, PaymentIntent
from tests.adapters.yookassa.bankside import BankSide
from tests.builders.crashing import dies_at, labels_of
from tests.functions.conftest import Call, http_event
from tests.functions.payments.links import a_link, made_for
from tests.shared.payments.world import a_cast, count_of, sign_in


class TestReissueIntent:
    def test_gives_another_link_and_keeps_the_old_one(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        old, agent = a_link(cast), sign_in(cast.agent_id, Role.AGENT)

        reply = call(app, as_=agent, intent_id=old["id"])

        new = reply.json
        assert (reply.status, new["status"], new["replaces_id"]) == (201, "pending", old["id"])
        assert new["pay_url"] != old["pay_url"]
        assert new["url"] != old["url"]
        assert call(read, as_=agent, intent_id=old["id"]).json["status"] == "cancelled"
        assert [len(made_for(bank, one["id"])) for one in (old, new)] == [1, 1]

    def test_the_same_key_gives_the_same_link(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        old, agent = a_link(cast), sign_in(cast.agent_id, Role.AGENT)

        first, again = (call(app, as_=agent, intent_id=old["id"], key="the-same") for _ in range(2))

        assert again.json == first.json
        assert count_of(PaymentIntent) == 2

    def test_a_paid_link_has_no_successor(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        old = a_link(cast)
        bank.ask("webhooks", enabled=False)
        bank.ask(f"payments/{made_for(bank, old['id'])[0]['id']}/pay")

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), intent_id=old["id"])

        assert (reply.status, reply.code) == (409, "intent_paid")

    def test_waits_for_the_banks_word_about_the_old_one(self, call: Call, bank: BankSide) -> None:
        cast = a_cast()
        old = a_link(cast)
        bank.spoil("error_before", "payments.get")

        reply = call(app, as_=sign_in(cast.agent_id, Role.AGENT), intent_id=old["id"])

        assert (reply.status, reply.code) == (409, "intent_outcome_unknown")
        assert count_of(PaymentIntent) == 1

    def test_needs_a_key_and_somebody_of_the_deal(self, call: Call, bank: BankSide) -> None:
        cast, other = a_cast(), a_cast()
        old, agent = a_link(cast), sign_in(cast.agent_id, Role.AGENT)

        assert call(app, as_=agent, intent_id=old["id"], key=None).code == "idempotency_key_needed"
        assert call(app, as_=sign_in(other.agent_id, Role.AGENT), intent_id=old["id"]).status == 404
        assert call(app, as_=sign_in(cast.client_id, Role.CLIENT), intent_id=old["id"]).status == 403


class TestDeath:
    @pytest.mark.parametrize("label", labels_of("intents_reissue"))
    def test_a_call_that_dies_can_be_made_again(self, call: Call, bank: BankSide, label: str) -> None:
        cast = a_cast()
        old, agent = a_link(cast), sign_in(cast.agent_id, Role.AGENT)

        assert dies_at(label, "payments.intents_reissue", http_event(app, as_=agent, intent_id=old["id"]))
        again = call(app, as_=agent, intent_id=old["id"])

        assert (again.status, again.json["replaces_id"]) == (201, old["id"])
        assert count_of(PaymentIntent, PaymentIntent.status == IntentStatus.PENDING) == 1
