"""What tests do at the operator's desk: bring statements, and look at what became of their lines."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import balances
from shared.ledger.accounts import Account
from shared.payouts.bank_movements import BankMovement, MovementKind, record_movement
from shared.reconciliation import importing
from shared.reconciliation.importing import TakenStatement
from shared.reconciliation.statement_models import BankLine, LineMeaning
from tests.builders import people
from tests.shared.reconciliation.files import windows


def an_operator() -> Actor:
    with Transactions()() as session:
        return Actor(people.a_client(session, utc_now()).id, "127.0.0.1", "pytest")


def bring(text: str | bytes, operator: Actor, *, now: datetime | None = None) -> TakenStatement:
    content = text if isinstance(text, bytes) else windows(text)
    with Transactions()() as session:
        return importing.take_statement(session, content, actor=operator, now=now or utc_now())


def lines() -> list[BankLine]:
    with Transactions()() as session:
        return list(session.scalars(select(BankLine).order_by(BankLine.id)))


def meanings() -> list[LineMeaning]:
    return [line.meaning for line in lines()]


def balance(account: Account) -> Money:
    with Transactions()() as session:
        return balances.balance_of(session, account)


def tell_by_hand(
    kind: MovementKind, amount: Money, *, provider: str | None = None, occurred_at: datetime
) -> UUID:
    """An operator tells of a movement with a reference of his own, before its statement comes."""
    movement = BankMovement(kind, provider, amount, f"by-hand-{occurred_at.timestamp()}", occurred_at)
    with Transactions()() as session:
        return record_movement(session, movement, now=utc_now()).transaction_id
