"""A refund is set aside in the ledger once it is covered, and sent once the provider has the money for it.

What owners owe and the fee's part are the platform's to lend: its own money goes where the refund is paid from, in the
transaction that accepts. Of clients' money only that is moved which the provider lacks when the refund is sent
(docs/decisions/refund-funding.md). Other deals' money never finances a refund: without cover it waits.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.deals.models import PaymentStep
from shared.documents.models import DocumentKind
from shared.documents.papers import paper_of
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances, refund_flows
from shared.ledger.accounts import Account
from shared.ledger.refund_flows import TakenBack
from shared.payments.models import Payment, Split
from shared.payouts.owner_parts import parts_of as owners_of
from shared.refunds import trail
from shared.refunds.lifecycle import ON_THE_WAY
from shared.refunds.models import Refund, RefundPart, RefundStatus
from shared.refunds.sources import lent
from shared.tasks import service as tasks

LOOK_AGAIN: Final = timedelta(minutes=15)
SOON: Final = timedelta(minutes=1)
#: kind of the task of a refund that waits for money
WAITS: Final = "refund_waits"


def accept(
    session: Session,
    refund: Refund,
    payment: Payment,
    step: PaymentStep,
    splits: Sequence[Split],
    parts: Mapping[UUID, RefundPart],
    *,
    now: datetime,
) -> None:
    """Post a decided refund if it is covered: ``accepted``, or ``awaiting_cover``.

    :param refund: locked, its sources settled
    """
    loan = lent(list(parts.values()))
    if loan > Money.zero():
        one_at_a_time(session, accounts.platform_cash())
        if balances.balance_of(session, accounts.platform_cash()) < loan:
            wait(session, refund, "platform_cash", now)
            return
    if not balances.cover(session).holds:
        wait(session, refund, "not_covered", now)
        return
    _post(session, refund, payment, step, splits, parts, now)
    if loan > Money.zero():
        _lend(session, refund, loan, now)
    refund.accepted_at = refund.next_at = now
    refund.wait_reason = None
    trail.move(session, refund, RefundStatus.ACCEPTED, now=now)
    session.flush()


def provide(session: Session, refund: Refund, *, now: datetime) -> bool:
    """See that the provider has the money before the refund is sent; False when it must wait.

    One at a time per account that refunds are paid from: two that looked at once would both find the same roubles.

    :param refund: locked and posted
    """
    place = Account(refund.refunded_from)
    one_at_a_time(session, place)
    if not balances.cover(session).holds:
        wait(session, refund, "not_covered", now)
        return False
    lacking = _leaving(session, place) + refund.amount_kopecks - balances.balance_of(session, place)
    if lacking <= Money.zero():
        return True
    one_at_a_time(session, accounts.client_bank())
    if balances.balance_of(session, accounts.client_bank()) < lacking:
        wait(session, refund, "not_funded", now)
        return False
    refund_flows.refund_funded(
        session,
        refund_id=refund.id,
        refunded_from=place,
        from_clients=lacking,
        from_platform=Money.zero(),
        occurred_at=now,
        reference=f"{refund.id}:clients:{refund.attempt}",
    )
    tasks.open_task(
        session, "refund_to_fund", entity=("refund", refund.id), reason="bank_to_provider", now=now
    )
    return True


def wait(session: Session, refund: Refund, reason: str, now: datetime) -> None:
    """Until the money is there; an operator is told, and the schedule looks again."""
    if refund.status is not RefundStatus.AWAITING_COVER:
        trail.move(session, refund, RefundStatus.AWAITING_COVER, reason=reason, now=now)
    refund.wait_reason = reason
    refund.next_at = now + LOOK_AGAIN
    tasks.open_task(session, WAITS, entity=("refund", refund.id), reason=reason, now=now)
    session.flush()


def one_at_a_time(session: Session, account: Account) -> None:
    """Until the transaction ends nobody else decides by this account's balance."""
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(account.key))))


def _leaving(session: Session, place: Account) -> Money:
    """What is on its way out of the same account."""
    amounts = session.scalars(
        select(Refund.amount_kopecks).where(Refund.refunded_from == place.key, Refund.status.in_(ON_THE_WAY))
    )
    return total(list(amounts))


def _post(
    session: Session,
    refund: Refund,
    payment: Payment,
    step: PaymentStep,
    splits: Sequence[Split],
    parts: Mapping[UUID, RefundPart],
    now: datetime,
) -> None:
    if payment.terms_sha256 is None:
        raise AssertionError("a received payment has its terms")
    held = total([part.from_hold_kopecks for part in parts.values()])
    refund_flows.refund_accepted(
        session,
        refund_id=refund.id,
        payment_id=payment.id,
        hold=accounts.deal_hold(step.deal_id, step.step_no),
        from_hold=held,
        taken=_taken(splits, parts),
        fee_net=total([part.fee_net_kopecks for part in parts.values()]),
        fee_vat=total([part.fee_vat_kopecks for part in parts.values()]),
        terms_sha256=payment.terms_sha256,
        document_id=paper_of(session, step.deal_id, DocumentKind.SERVICE_CONTRACT),
        occurred_at=now,
    )


def _taken(splits: Sequence[Split], parts: Mapping[UUID, RefundPart]) -> list[TakenBack]:
    taken = []
    for owner in owners_of(splits):
        own = [parts[split.id] for split in owner.splits if split.id in parts]
        payable = total([part.from_payable_kopecks for part in own])
        owed = total([part.as_receivable_kopecks for part in own])
        taken.append(TakenBack(owner.owner_id, owner.account_split_id, payable, owed))
    return taken


def _lend(session: Session, refund: Refund, loan: Money, now: datetime) -> None:
    refund_flows.refund_funded(
        session,
        refund_id=refund.id,
        refunded_from=Account(refund.refunded_from),
        from_clients=Money.zero(),
        from_platform=loan,
        occurred_at=now,
    )
    tasks.open_task(
        session, "refund_to_fund", entity=("refund", refund.id), reason="platform_to_provider", now=now
    )
