"""Payment links at the bank, and making the poller ask about them."""

from sqlalchemy import update

from functions.payments.intents_create.handler import app as create_intent
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.payments.models import PaymentIntent
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.conftest import call_function
from tests.shared.payments.world import Cast, sign_in


def a_link(cast: Cast, step_no: int = 1) -> dict[str, str]:
    """As the agent is answered."""
    reply = call_function(
        create_intent,
        as_=sign_in(cast.agent_id, Role.AGENT),
        body={"deal_id": str(cast.deal_id), "step_no": step_no},
    )
    assert reply.status == 201, reply.text
    answered: dict[str, str] = reply.json
    return answered


def due_now() -> None:
    with Transactions()() as session:
        session.execute(
            update(PaymentIntent)
            .where(PaymentIntent.next_poll_at.is_not(None))
            .values(next_poll_at=utc_now())
        )


def made_for(bank: BankSide, intent_id: str) -> list[dict[str, str]]:
    return [one for one in bank.see("payments") if one["metadata"].get("intent_id") == intent_id]
