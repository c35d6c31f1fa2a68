"""What the tests of disputes share: open one, decide it, take it back."""

from uuid import UUID

from sqlalchemy import select

from shared.access.rights import Reach
from shared.audit.service import Actor
from shared.config.refunds import RefundSettings
from shared.db.session import Transactions
from shared.deals.service import Viewer
from shared.disputes import closing, opening
from shared.disputes.closing import Decision, RefundMeans
from shared.disputes.models import Dispute
from shared.disputes.opening import Claim
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.ledger import accounts
from shared.payments.models import Split
from shared.payouts.owner_parts import parts_of
from tests.shared.payments.steps import balance
from tests.shared.payments.world import Cast, a_cast
from tests.shared.refunds.asking import SETTINGS

WORDS = "Показы не проводились."


def open_dispute(
    cast: Cast,
    *,
    viewer: Viewer | None = None,
    step_no: int | None = None,
    amount: Money | None = None,
    transactions: Transactions | None = None,
) -> UUID:
    viewer = viewer or cast.client
    with (transactions or Transactions())() as session:
        return opening.open_dispute(
            session,
            deal_id=cast.deal_id,
            claim=Claim(step_no, amount, WORDS),
            viewer=viewer,
            actor=Actor(viewer.user_id),
            now=utc_now(),
        ).id


def an_operator() -> Viewer:
    return Viewer(a_cast(agency=False).client_id, Reach.ANY, None)


def decide(
    cast: Cast,
    dispute_id: UUID,
    to_executor: Money,
    to_client: Money,
    *,
    settings: RefundSettings = SETTINGS,
    transactions: Transactions | None = None,
    by: Viewer | None = None,
) -> None:
    staff = by or an_operator()
    with (transactions or Transactions())() as session:
        closing.decide(
            session,
            dispute_id=dispute_id,
            decision=Decision(to_executor, to_client, "Показы подтверждены частично."),
            means=RefundMeans(lambda _: True, settings),
            viewer=staff,
            actor=Actor(staff.user_id),
            now=utc_now(),
        )


def withdraw(cast: Cast, viewer: Viewer | None = None) -> None:
    viewer = viewer or cast.client
    with Transactions()() as session:
        closing.withdraw(
            session, deal_id=cast.deal_id, viewer=viewer, actor=Actor(viewer.user_id), now=utc_now()
        )


def dispute_of(dispute_id: UUID) -> Dispute:
    with Transactions()() as session:
        return session.get_one(Dispute, dispute_id)


def unpaid(cast: Cast) -> tuple[Money, Money]:
    """Of all owners together: what could be paid out, and what a dispute holds."""
    payable, disputed = Money.zero(), Money.zero()
    with Transactions()() as session:
        splits = session.scalars(
            select(Split).where(Split.deal_id == cast.deal_id).order_by(Split.payment_id, Split.position)
        ).all()
    payments = {split.payment_id for split in splits}
    for payment_id in payments:
        for part in parts_of([split for split in splits if split.payment_id == payment_id]):
            payable += balance(accounts.payable(part.owner_id, part.account_split_id))
            disputed += balance(accounts.dispute_hold(part.owner_id, part.account_split_id))
    return payable, disputed
