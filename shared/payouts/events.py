"""A verified message about a payout: ask the provider for the truth with no transaction open, then record it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.inbox import service as inbox
from shared.observability import checkpoints, log
from shared.payments.recording import Claim
from shared.payouts import outcomes
from shared.payouts.attempts import Attempt
from shared.payouts.models import Payout
from shared.payouts.outcomes import PayoutConsequence
from shared.ports.payments import BankEvent
from shared.ports.payouts import PayoutProvider, PayoutState, ProviderPayout

_FINAL = frozenset({PayoutState.SUCCEEDED, PayoutState.CANCELED})


def apply(
    transactions: Transactions,
    event: BankEvent,
    claim: Claim,
    *,
    provider: PayoutProvider,
    on_settled: PayoutConsequence,
    now: datetime,
) -> None:
    """Handle ``payout.*``; a repeat changes nothing.

    :param on_settled: what a payout that arrived or came back causes besides, in its transaction
    :raises OutcomeUnknown: the provider didn't answer: the queue brings the message again
    """
    truth = provider.get(event.object_id)
    checkpoints.reached("bank_events.payout_asked")
    if truth is None:
        log.write("unknown_payout_claimed", level="warning", kind=event.kind)
        return
    with transactions() as session:
        payout_id = _ours(session, claim.provider, truth)
        if payout_id is None:
            log.error("foreign_payout", kind=event.kind)
            return
        if truth.state in _FINAL and not _take(session, truth, claim, now):
            return
        checkpoints.reached("bank_events.payout_taken")
        outcomes.record(session, payout_id, truth, on_settled=on_settled, now=now)
        checkpoints.reached("bank_events.payout_recorded")
    checkpoints.reached("bank_events.payout_committed")


def _take(session: Session, truth: ProviderPayout, claim: Claim, now: datetime) -> bool:
    key = f"payout.{truth.state}:{truth.provider_id}"
    taken = inbox.take(
        session, provider=claim.provider, event_key=key, body=claim.body, outcome="recorded", now=now
    )
    return taken is not None


def _ours(session: Session, provider: str, truth: ProviderPayout) -> UUID | None:
    """By the provider's id, or by our reference that travelled with it: the message may outrun our second transaction."""
    known = session.scalars(
        select(Payout.id).where(Payout.provider == provider, Payout.provider_payout_id == truth.provider_id)
    ).one_or_none()
    if known is not None:
        return known
    attempt = Attempt.named(truth.payout_id)
    if attempt is None:
        return None
    # An operator may have planned it anew since: it has no provider then.
    ours = or_(Payout.provider == provider, Payout.provider.is_(None))
    return session.scalars(select(Payout.id).where(Payout.id == attempt.payout_id, ours)).one_or_none()
