"""A link, its payment, and what came of them, as the failure modes ask."""

from sqlalchemy import select

from shared.db.session import transaction
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import IntentStatus, PaymentIntent
from tests.adapters.yookassa.bankside import BankSide
from tests.functions.payments.links import a_link
from tests.shared.payments.steps import balance
from tests.shared.payments.world import Cast


def provider_id(link: dict[str, str]) -> str:
    with transaction() as session:
        return session.get_one(PaymentIntent, link["id"]).provider_payment_id or ""


def paid(bank: BankSide, cast: Cast, **fields: object) -> str:
    """A link that the client has paid; the provider's id of the payment."""
    found = provider_id(a_link(cast))
    bank.ask(f"payments/{found}/pay", **fields)
    return found


def held(cast: Cast) -> Money:
    return balance(accounts.deal_hold(cast.deal_id, 1))


def state_of(cast: Cast) -> IntentStatus:
    with transaction() as session:
        return session.scalars(
            select(PaymentIntent.status).where(PaymentIntent.deal_id == cast.deal_id)
        ).one()
