"""What the tests of payouts share: a released step with a funded agent, one run, and looks at what came of it."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, balances
from shared.payments.recording import Claim
from shared.payouts import events
from shared.payouts.models import Payout, PayoutStatus
from shared.payouts.sending import Sender
from shared.ports.payments import BankEvent
from shared.tasks.models import OperatorTask
from tests.shared.payments.fakes import FakePayer
from tests.shared.payments.world import Cast

AGENTS = Money(167_931_15)


class Arrivals:
    """Remembers what arrived and what came back, as the consequence of a payout."""

    def __init__(self) -> None:
        self.payouts: list[UUID] = []
        self.returned: list[UUID] = []

    def __call__(self, _session: Session, payout: Payout, _now: datetime) -> None:
        arrived = payout.status is PayoutStatus.SUCCEEDED
        (self.payouts if arrived else self.returned).append(payout.id)


def send(
    payer: FakePayer,
    arrivals: Arrivals,
    *,
    later: timedelta = timedelta(),
    transactions: Transactions | None = None,
) -> dict[str, int]:
    now = utc_now() + later
    return Sender(transactions or Transactions(), payer, (), arrivals, now).send_due()


def hear(payer: FakePayer, arrivals: Arrivals, provider_id: str, kind: str) -> None:
    """A verified message about a payout."""
    event = BankEvent(f"{kind}:{provider_id}", kind, provider_id)
    claim = Claim("yookassa", event.key)
    events.apply(Transactions(), event, claim, provider=payer, on_settled=arrivals, now=utc_now())


def agents_payout(cast: Cast) -> Payout:
    with Transactions()() as session:
        return session.scalars(select(Payout).where(Payout.owner_user_id == cast.agent_id)).one()


def balance(account: accounts.Account) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, account)


def tasks_of(kind: str) -> list[str]:
    with Transactions()() as session:
        return list(session.scalars(select(OperatorTask.reason).where(OperatorTask.kind == kind)))
