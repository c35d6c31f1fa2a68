"""What tests do with a deal's money: ask for a link, pay it, hear of it, release it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.payments import events, intents
from shared.payments.models import Payment, PaymentIntent
from shared.payments.recording import Claim, PaymentConsequence
from shared.payments.terminals import Providers
from shared.payouts import release
from shared.payouts.bank_movements import BankMovement, MovementKind, record_movement
from shared.ports.payments import BankEvent
from shared.receipts import income
from shared.tasks.models import OperatorTask
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.world import Cast


def nothing_more(_session: Session, _payment: Payment, _now: datetime) -> None:
    """A payment without consequences."""


def only(bank: FakeCollector) -> Providers:
    """The one terminal that there is."""
    return lambda _name: bank


def ask_for_link(
    bank: FakeCollector, cast: Cast, step_no: int = 1, *, transactions: Transactions | None = None
) -> PaymentIntent:
    return intents.create_intent(
        transactions or Transactions(),
        providers=only(bank),
        deal_id=cast.deal_id,
        step_no=step_no,
        viewer=cast.agent,
        actor=SYSTEM,
        now=utc_now(),
    ).intent


def hear(
    bank: FakeCollector,
    provider_id: str,
    kind: str = "payment.succeeded",
    *,
    on_paid: PaymentConsequence = nothing_more,
    transactions: Transactions | None = None,
) -> None:
    """A verified message arrives at the worker."""
    body = f"{kind}:{provider_id}"
    events.apply(
        transactions or Transactions(),
        BankEvent(body, kind, provider_id),
        Claim(bank.name, body),
        provider=bank,
        on_paid=on_paid,
        now=utc_now(),
    )


def pay_step(bank: FakeCollector, cast: Cast, step_no: int = 1) -> PaymentIntent:
    """Ask, pay, hear; an agent alone earns by it."""
    intent = ask_for_link(bank, cast, step_no)
    assert intent.provider_payment_id is not None
    bank.pay(intent.provider_payment_id)
    hear(bank, intent.provider_payment_id, on_paid=income.of_payment)
    return intent


def pay_and_release(cast: Cast) -> None:
    pay_step(FakeCollector(), cast)
    release.release_due(Transactions(), now=utc_now())


def fund_payouts(amount: Money, *, settled: Money | None = None) -> None:
    """The provider settles, and the bank's money goes where payouts are made from."""
    stamp = str(utc_now().timestamp())
    with Transactions()() as session:
        for kind, sum_ in (
            (MovementKind.PROVIDER_SETTLED, settled or amount),
            (MovementKind.PAYOUTS_FUNDED, amount),
        ):
            movement = BankMovement(kind, "yookassa", sum_, stamp, utc_now())
            record_movement(session, movement, now=utc_now())


def intent_of(intent_id: UUID) -> PaymentIntent:
    with Transactions()() as session:
        return session.get_one(PaymentIntent, intent_id)


def balance(account: accounts.Account) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, account)


def task_reasons() -> list[str]:
    with Transactions()() as session:
        return list(session.scalars(select(OperatorTask.reason)))


def payment_by(provider_id: str) -> Payment:
    with Transactions()() as session:
        return session.scalars(select(Payment).where(Payment.provider_payment_id == provider_id)).one()


def only_payment() -> Payment:
    with Transactions()() as session:
        return session.scalars(select(Payment)).one()
