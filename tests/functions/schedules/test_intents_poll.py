from functions.payments.intents_create.handler import app as create_intent
from functions.schedules.intents_poll.handler import app
from shared.kernel.roles import Role
from shared.payments.models import Payment
from shared.receipts.models import Receipt
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.conftest import call_function
from tests.functions.payments.links import due_now, made_for
from tests.shared.payments.world import Cast, a_cast, assert_books_balance, count_of, sign_in


def ask(cast: Cast) -> str:
    reply = call_function(
        create_intent,
        as_=sign_in(cast.agent_id, Role.AGENT),
        body={"deal_id": str(cast.deal_id), "step_no": 1},
    )
    assert reply.status == 201
    return str(reply.json["id"])


class TestPollIntents:
    def test_a_payment_without_its_message_is_found(self, bank: BankSide) -> None:
        intent_id = ask(a_cast(agency=False))
        bank.ask("webhooks", enabled=False)
        bank.ask(f"payments/{made_for(bank, intent_id)[0]['id']}/pay")
        due_now()

        assert app({}, None) == {"recorded": 1}
        assert (count_of(Payment), count_of(Receipt)) == (1, 1)
        assert_books_balance()

    def test_a_create_whose_answer_was_lost_is_made_once(self, bank: BankSide) -> None:
        bank.spoil("drop_after", "payments.create")
        intent_id = ask(a_cast())
        due_now()

        assert app({}, None) == {"create_pending": 1}
        assert len(made_for(bank, intent_id)) == 1
