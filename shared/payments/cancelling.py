"""A link is taken back, or another one is made in its place.

That it is to end is written down first; then the provider is asked, with no transaction open; then what it said is
recorded. A link that the provider can't take back ends here, and money that still comes by it is late money.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.models import PaymentStep
from shared.deals.service import Viewer
from shared.observability import checkpoints
from shared.payments import closing, intents, terminals
from shared.payments.errors import IntentEnded, IntentOutcomeUnknown, IntentPaid
from shared.payments.intent_reading import IntentFacts, facts_of, visible
from shared.payments.models import OPEN, IntentStatus, PaymentIntent
from shared.payments.recording import Claim, PaymentConsequence, record
from shared.payments.terminals import Providers
from shared.ports.payments import (
    OutcomeUnknown,
    PaymentProvider,
    PaymentState,
    ProviderPayment,
    ProviderRefused,
)


def cancel_intent(
    transactions: Transactions,
    *,
    providers: Providers,
    on_paid: PaymentConsequence,
    intent_id: UUID,
    viewer: Viewer,
    actor: Actor,
    now: datetime,
) -> IntentFacts:
    """Take an open link back. Without the provider's answer it stays open but unpayable, and the poller goes on.

    :raises IntentNotFound: also for an intent of somebody else's deal
    :raises IntentEnded: nothing is open any more
    :raises IntentPaid: the client was faster; the money is recorded
    :raises IntentOutcomeUnknown: nobody knows yet whether the link was made
    :raises TerminalMissing: as it says
    """
    with transactions() as session:
        intent = _write_down(session, intent_id, viewer, actor, now)
        provider = terminals.named(intent.provider, providers)
    checkpoints.reached("intents_cancel.written")
    try:
        take_back(transactions, intent, provider=provider, on_paid=on_paid, now=now)
    except OutcomeUnknown:
        with transactions() as session:
            return facts_of(session, intent_id)
    checkpoints.reached("intents_cancel.recorded")
    with transactions() as session:
        facts = facts_of(session, intent_id)
    if facts.intent.status is IntentStatus.PAID:
        raise IntentPaid
    return facts


def reissue_intent(
    transactions: Transactions,
    *,
    providers: Providers,
    on_paid: PaymentConsequence,
    intent_id: UUID,
    viewer: Viewer,
    actor: Actor,
    now: datetime,
) -> IntentFacts:
    """Make another link for the same step; the old one is ended and kept.

    :raises IntentNotFound: also for an intent of somebody else's deal
    :raises IntentPaid: by the old one; the money is recorded
    :raises IntentOutcomeUnknown: the provider doesn't say how the old one stands
    :raises DomainError: whatever a new link may be refused for, see ``intents.create_intent``
    """
    with transactions() as session:
        old = visible(session, intent_id, viewer)
        step_no = session.get_one(PaymentStep, old.schedule_id).step_no
        provider = terminals.named(old.provider, providers)
    if old.status in OPEN:
        old = cancel_intent(
            transactions,
            providers=providers,
            on_paid=on_paid,
            intent_id=intent_id,
            viewer=viewer,
            actor=actor,
            now=now,
        ).intent
    elif old.status is not IntentStatus.PAID:
        old = _asked_again(transactions, old, provider, on_paid, now)
    if old.status is IntentStatus.PAID:
        raise IntentPaid
    if old.status in OPEN:
        raise IntentOutcomeUnknown
    checkpoints.reached("intents_reissue.ended")
    return intents.create_intent(
        transactions,
        providers=providers,
        deal_id=old.deal_id,
        step_no=step_no,
        viewer=viewer,
        actor=actor,
        replaces_id=intent_id,
        now=now,
    )


def take_back(
    transactions: Transactions,
    intent: PaymentIntent,
    *,
    provider: PaymentProvider,
    on_paid: PaymentConsequence,
    now: datetime,
) -> str:
    """Have the provider end what is to end and record what it says; the answer is a word for logs.

    :raises OutcomeUnknown: no trustworthy answer
    """
    if intent.provider_payment_id is None:
        raise AssertionError("what the provider doesn't know can't be taken back")
    truth = _ended_at(provider, intent.provider_payment_id)
    checkpoints.reached("intents_cancel.answered")
    with transactions() as session:
        if truth is not None and truth.state is not PaymentState.PENDING:
            return record(session, truth, claim_of(intent, truth), on_paid=on_paid, now=now)
        # It can't be taken back, so it is asked about until the provider ends it.
        watch_from = now + intents.FIRST_POLL
        closing.close(session, intent.id, IntentStatus.CANCELLED, "asked", watch_from=watch_from, now=now)
    return "ended_here"


def claim_of(intent: PaymentIntent, truth: ProviderPayment) -> Claim:
    """News that no message brought: we asked."""
    return Claim(intent.provider, f"poll:{truth.provider_id}:{truth.raw_status}")


def _ended_at(provider: PaymentProvider, provider_id: str) -> ProviderPayment | None:
    if provider.capabilities.cancels_open:
        try:
            return provider.cancel(provider_id)
        except ProviderRefused:
            pass  # it isn't open any more: what is it, then?
    return provider.get(provider_id)


def _asked_again(
    transactions: Transactions,
    old: PaymentIntent,
    provider: PaymentProvider,
    on_paid: PaymentConsequence,
    now: datetime,
) -> PaymentIntent:
    """How an ended link stands at the provider; money that came by it is recorded.

    :raises IntentOutcomeUnknown: it doesn't say
    """
    if old.provider_payment_id is None:
        return old
    try:
        truth = provider.get(old.provider_payment_id)
    except OutcomeUnknown:
        raise IntentOutcomeUnknown from None
    with transactions() as session:
        if truth is not None and truth.state is not PaymentState.PENDING:
            record(session, truth, claim_of(old, truth), on_paid=on_paid, now=now)
        return facts_of(session, old.id).intent


def _write_down(
    session: Session, intent_id: UUID, viewer: Viewer, actor: Actor, now: datetime
) -> PaymentIntent:
    deals.deal_for_update(session, visible(session, intent_id, viewer).deal_id)
    intent = session.get_one(PaymentIntent, intent_id, with_for_update=True, populate_existing=True)
    if intent.status is IntentStatus.PAID:
        raise IntentPaid
    if intent.status not in OPEN:
        raise IntentEnded
    if intent.provider_payment_id is None:
        raise IntentOutcomeUnknown
    if intent.cancel_asked_at is None:
        intent.cancel_asked_at = now
        audit.record(session, actor, "intent.cancel_asked", entity=("payment_intent", intent_id), now=now)
    return intent
