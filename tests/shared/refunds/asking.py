"""What the tests of refunds share: ask for one, run the schedule, hear of it, and look at what came of it."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.config.refunds import RefundSettings
from shared.db.session import Transactions
from shared.deals.service import Viewer
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts, flows, tables
from shared.payments.models import Payment, Split, SplitLine
from shared.payments.recording import Claim
from shared.ports.payments import BankEvent
from shared.refunds import events, requesting
from shared.refunds.models import Refund, RefundPart, RefundReason
from shared.refunds.requesting import Wanted
from shared.refunds.sending import RefundSender
from shared.tasks.models import OperatorTask
from shared.tasks.tables import TaskStatus
from tests.shared.payments.steps import balance
from tests.shared.payments.world import Cast
from tests.shared.refunds.fakes import FakeRefunder

WHOLE = Money(300_000_00)
#: the lines of the product's example (b)
VAT, FEE, AGENCY, AGENT = Money(54_098_36), Money(6_000_00), Money(71_970_49), Money(167_931_15)
#: the agent's part of a refund of 100 000.00
THIRD = Money(55_977_05)
SETTINGS = RefundSettings(Money(10_000_00), Money(1_000_000_00), timedelta(days=3))


def nothing_more(_session: Session, _refund: Refund, _now: object) -> None:
    """A refund without consequences."""


def payment_of(cast: Cast) -> Payment:
    with Transactions()() as session:
        return session.scalars(select(Payment).where(Payment.deal_id == cast.deal_id)).one()


def ask(
    cast: Cast,
    amount: Money = WHOLE,
    *,
    viewer: Viewer | None = None,
    settings: RefundSettings = SETTINGS,
    in_parts: bool = True,
    transactions: Transactions | None = None,
    comment: str | None = None,
) -> Refund:
    wanted = Wanted(amount, RefundReason.CLIENT_REQUEST, comment)
    with (transactions or Transactions())() as session:
        return ask_in(session, cast, wanted, viewer=viewer, settings=settings, in_parts=in_parts)


def ask_in(
    session: Session,
    cast: Cast,
    wanted: Wanted,
    *,
    viewer: Viewer | None = None,
    settings: RefundSettings = SETTINGS,
    in_parts: bool = True,
) -> Refund:
    """In a transaction that the test ends."""
    payment_id = session.scalars(select(Payment.id).where(Payment.deal_id == cast.deal_id)).one()
    return requesting.request_refund(
        session,
        payment_id=payment_id,
        wanted=wanted,
        viewer=viewer or cast.agent,
        actor=SYSTEM,
        pays_back_parts=lambda _: in_parts,
        settings=settings,
        now=utc_now(),
    )


def run(
    refunder: FakeRefunder,
    *,
    later: timedelta = timedelta(),
    transactions: Transactions | None = None,
    on_refunded: object = nothing_more,
) -> dict[str, int]:
    now = utc_now() + later
    return RefundSender(transactions or Transactions(), lambda _: refunder, on_refunded, now).send_due()  # type: ignore[arg-type]


def hear(refunder: FakeRefunder, object_id: str, *, on_refunded: object = nothing_more) -> None:
    """A verified message about a refund."""
    event = BankEvent(f"refund.succeeded:{object_id}", "refund.succeeded", object_id)
    claim = Claim("yookassa", event.key)
    events.apply(Transactions(), event, claim, provider=refunder, on_refunded=on_refunded, now=utc_now())  # type: ignore[arg-type]


def refund_of(refund_id: UUID) -> Refund:
    with Transactions()() as session:
        return session.get_one(Refund, refund_id)


def part_of(refund: Refund, cast: Cast, line: SplitLine) -> RefundPart:
    with Transactions()() as session:
        return session.scalars(
            select(RefundPart)
            .join(Split, Split.id == RefundPart.split_id)
            .where(RefundPart.refund_id == refund.id, Split.deal_id == cast.deal_id, Split.line == line)
        ).one()


def split_of(cast: Cast, line: SplitLine) -> Split:
    with Transactions()() as session:
        return session.scalars(select(Split).where(Split.deal_id == cast.deal_id, Split.line == line)).one()


def own_funds(amount: Money) -> None:
    """The platform puts in money, of which it can lend."""
    with Transactions()() as session:
        flows.own_funds_in(
            session, reference=str(utc_now().timestamp()), amount=amount, occurred_at=utc_now()
        )


def held(cast: Cast) -> Money:
    return balance(accounts.deal_hold(cast.deal_id, 1))


def payable_of(cast: Cast, line: SplitLine) -> Money:
    owner = cast.agent_id if line is SplitLine.AGENT else cast.organization_id
    assert owner is not None
    return balance(accounts.payable(owner, split_of(cast, line).id))


def owed(cast: Cast, line: SplitLine = SplitLine.AGENT) -> Money:
    owner = cast.agent_id if line is SplitLine.AGENT else cast.organization_id
    assert owner is not None
    return balance(accounts.receivable(owner, split_of(cast, line).id))


def open_tasks(kind: str) -> list[str]:
    with Transactions()() as session:
        return list(
            session.scalars(
                select(OperatorTask.reason).where(
                    OperatorTask.kind == kind, OperatorTask.status == TaskStatus.OPEN
                )
            )
        )


def assert_nothing_is_left_of_clients_money() -> None:
    """Every account with a floor is empty: all that came went back or out."""
    with Transactions()() as session:
        left = session.execute(
            select(tables.accounts.c.key, tables.balances.c.balance_kopecks)
            .join(tables.balances, tables.balances.c.account_id == tables.accounts.c.id)
            .where(tables.balances.c.balance_kopecks != 0)
        ).all()
        assert left == []
