"""Asking the provider about every intent that is neither paid nor dead: the guarantee behind the webhooks."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.observability import log
from shared.payments import intents
from shared.payments.models import IntentStatus, PaymentIntent
from shared.payments.recording import Claim, PaymentConsequence, record
from shared.ports.payments import OutcomeUnknown, PaymentProvider, ProviderPayment
from shared.tasks import service as tasks

#: A run's time must be enough to ask about all of them.
BATCH: Final = 40
#: A key is the provider's for 24 hours; after that a repeat would be a second payment.
KEY_LIFE: Final = timedelta(hours=23)
_LEASE: Final = timedelta(minutes=2)
_LONGEST_GAP: Final = timedelta(hours=1)


def poll_intents(
    transactions: Transactions, *, provider: PaymentProvider, on_paid: PaymentConsequence, now: datetime
) -> dict[str, int]:
    """Ask about each due intent of this provider; counts by outcome. Two runs at once share the work."""
    with transactions() as session:
        due = _lease(session, provider.name, now)
    outcomes: Counter[str] = Counter()
    for intent in due:
        try:
            outcomes[_poll(transactions, intent, provider, on_paid, now)] += 1
        except OutcomeUnknown:
            outcomes["no_answer"] += 1
        except Exception as error:  # noqa: BLE001 -- what is wrong with one intent must not stop the rest
            # The lease has put it off already, the longer the older it is.
            log.surprise("intent_not_polled", error)
            log.error("intent_put_off", intent_id=str(intent.id))
            outcomes["error"] += 1
    return dict(outcomes)


def _lease(session: Session, provider_name: str, now: datetime) -> Sequence[PaymentIntent]:
    due = session.scalars(
        select(PaymentIntent)
        .where(PaymentIntent.next_poll_at <= now, PaymentIntent.provider == provider_name)
        .order_by(PaymentIntent.next_poll_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    ).all()
    for intent in due:
        # The older, the rarer; the lease is the least, so that a run that dies is taken over.
        intent.next_poll_at = now + min(max((now - intent.created_at) / 4, _LEASE), _LONGEST_GAP)
    return due


def _poll(
    transactions: Transactions,
    intent: PaymentIntent,
    provider: PaymentProvider,
    on_paid: PaymentConsequence,
    now: datetime,
) -> str:
    if intent.provider_payment_id is None:
        return _find_out(transactions, intent, provider, now)
    truth = provider.get(intent.provider_payment_id)
    if truth is None:
        log.error("payment_lost_by_provider", intent_id=str(intent.id))
        with transactions() as session:
            entity = ("payment_intent", intent.id)
            tasks.open_task(session, "payment_lost", entity=entity, reason="unknown_to_provider", now=now)
        return "lost"
    with transactions() as session:
        return record(session, truth, _claim(intent, truth), on_paid=on_paid, now=now)


def _find_out(
    transactions: Transactions, intent: PaymentIntent, provider: PaymentProvider, now: datetime
) -> str:
    """A create whose answer was lost: repeated with its key while the key lives, then only looked for."""
    if now - intent.created_at < KEY_LIFE:
        with transactions() as session:
            order = intents.order_of(session, session.get_one(PaymentIntent, intent.id))
        settled = intents.settle_create(
            transactions, provider, intent.id, intent.provider_key, order, now=now
        )
        return f"create_{settled.status}"
    found = provider.find(str(intent.id), created_after=intent.created_at)
    return _settle_found(transactions, intent.id, found, now)


def _settle_found(
    transactions: Transactions, intent_id: UUID, found: ProviderPayment | None, now: datetime
) -> str:
    with transactions() as session:
        if found is None:
            intents.close(session, intent_id, IntentStatus.FAILED, "never_made", now=now)
            return "never_made"
        intents.attach(session, intent_id, found, now=now)
    return "found"


def _claim(intent: PaymentIntent, truth: ProviderPayment) -> Claim:
    return Claim(intent.provider, f"poll:{truth.provider_id}:{truth.raw_status}")
