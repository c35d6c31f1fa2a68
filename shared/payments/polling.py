"""Asking the provider about every intent that is neither paid nor dead: the guarantee behind the webhooks."""

import math
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.observability import log
from shared.payments import closing, intents
from shared.payments.cancelling import claim_of, take_back
from shared.payments.models import OPEN, IntentStatus, PaymentIntent
from shared.payments.recording import PaymentConsequence, record
from shared.payments.terminals import Providers
from shared.ports.payments import OutcomeUnknown, PaymentProvider, ProviderPayment
from shared.tasks import service as tasks

#: Of one terminal in one run.
BATCH: Final = 100
#: After so many seconds a run asks about no more intents; those that are left have their next turn.
RUN_SECONDS: Final = 600
#: A terminal that doesn't answer so many times in a row is left alone until the next run.
GIVE_UP_AFTER: Final = 3
#: A fresh link is asked about at every run, an older one more seldom, but never longer apart than ``LONGEST_PERIOD``.
PERIOD: Final = timedelta(minutes=1)
LONGEST_PERIOD: Final = timedelta(minutes=5)
#: A link that is past its end: the provider is late to say so.
_PERIOD_AFTER_END: Final = timedelta(hours=1)


def poll_terminals(
    transactions: Transactions,
    *,
    names: Sequence[str],
    providers: Providers,
    on_paid: PaymentConsequence,
    now: datetime,
) -> dict[str, int]:
    """Ask every terminal about its due intents; what is wrong with one terminal doesn't stop the others.

    Counts by outcome over all terminals.
    """
    outcomes: Counter[str] = Counter()
    ends_at = time.monotonic() + RUN_SECONDS
    for name in names:
        try:
            outcomes.update(
                poll_intents(
                    transactions, provider=providers(name), on_paid=on_paid, now=now, ends_at=ends_at
                )
            )
        except Exception as error:  # noqa: BLE001 -- one terminal's settings must not stop the others
            log.surprise("terminal_not_polled", error)
            log.error("terminal_put_off", terminal=name)
            outcomes["terminal_error"] += 1
    with transactions() as session:
        forgotten = _due_elsewhere(session, names, now)
    if forgotten:
        log.error("intents_of_unknown_terminals", intents=forgotten)
        outcomes["terminal_unknown"] = forgotten
    return dict(outcomes)


def poll_intents(
    transactions: Transactions,
    *,
    provider: PaymentProvider,
    on_paid: PaymentConsequence,
    now: datetime,
    ends_at: float = math.inf,
) -> dict[str, int]:
    """Ask about each due intent of this provider; counts by outcome. Two runs at once share the work.

    :param ends_at: on the clock of ``time.monotonic``: from then on nothing more is asked
    """
    with transactions() as session:
        due = _lease(session, provider.name, now)
    outcomes: Counter[str] = Counter()
    silent = 0
    for place, intent in enumerate(due):
        if silent == GIVE_UP_AFTER or time.monotonic() >= ends_at:
            outcomes["given_up"] = len(due) - place
            break
        try:
            outcomes[_poll(transactions, intent, provider, on_paid, now)] += 1
            silent = 0
        except OutcomeUnknown:
            outcomes["no_answer"] += 1
            silent += 1
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
        # Also the lease: a run that dies is taken over.
        intent.next_poll_at = now + _period(intent, now)
    return due


def _period(intent: PaymentIntent, now: datetime) -> timedelta:
    """How long it may stay unasked; its end, when the provider has news, is not slept through."""
    if intent.expires_at is not None and now > intent.expires_at + _PERIOD_AFTER_END:
        return _PERIOD_AFTER_END
    period = min(max((now - intent.created_at) / 12, PERIOD), LONGEST_PERIOD)
    if intent.expires_at is not None and now < intent.expires_at:
        return max(PERIOD, min(period, intent.expires_at - now))
    return period


def _due_elsewhere(session: Session, names: Sequence[str], now: datetime) -> int:
    """Intents that nobody asks about, since their terminal left the settings."""
    return (
        session.scalar(
            select(func.count())
            .select_from(PaymentIntent)
            .where(PaymentIntent.next_poll_at <= now, PaymentIntent.provider.not_in(names))
        )
        or 0
    )


def _poll(
    transactions: Transactions,
    intent: PaymentIntent,
    provider: PaymentProvider,
    on_paid: PaymentConsequence,
    now: datetime,
) -> str:
    if intent.provider_payment_id is None:
        return _find_out(transactions, intent, provider, on_paid, now)
    if _is_to_end(intent, provider):
        return take_back(transactions, intent, provider=provider, on_paid=on_paid, now=now)
    truth = _truth_of(intent, intent.provider_payment_id, provider)
    if truth is None:
        log.error("payment_lost_by_provider", intent_id=str(intent.id))
        with transactions() as session:
            if intent.status not in OPEN:
                closing.close(session, intent.id, intent.status, "lost", now=now)
            entity = ("payment_intent", intent.id)
            tasks.open_task(session, "payment_lost", entity=entity, reason="unknown_to_provider", now=now)
        return "lost"
    with transactions() as session:
        return record(session, truth, claim_of(intent, truth), on_paid=on_paid, now=now)


def _truth_of(intent: PaymentIntent, provider_id: str, provider: PaymentProvider) -> ProviderPayment | None:
    """Looked for by our own id while nobody could pay by it: that brings the code that was not to be had before."""
    if intent.status in OPEN and intent.url is None and intent.qr_payload is None:
        return provider.find(str(intent.id), created_after=intent.created_at)
    return provider.get(provider_id)


def _is_to_end(intent: PaymentIntent, provider: PaymentProvider) -> bool:
    """Somebody asked for its end, or it ended here and can be ended there."""
    if intent.status in OPEN:
        return intent.cancel_asked_at is not None
    return provider.capabilities.cancels_open


def _find_out(
    transactions: Transactions,
    intent: PaymentIntent,
    provider: PaymentProvider,
    on_paid: PaymentConsequence,
    now: datetime,
) -> str:
    """A create whose answer was lost: repeated with its key while the key lives; else looked for before anything."""
    key_life = provider.capabilities.key_life
    if key_life is None or now - intent.created_at >= key_life:
        found = provider.find(str(intent.id), created_after=intent.created_at)
        if found is not None:
            if found.expires_at is None:
                found = found._replace(expires_at=intent.created_at + provider.capabilities.default_expiry)
            with transactions() as session:
                intents.attach(session, intent.id, found, now=now)
                return f"found_{record(session, found, claim_of(intent, found), on_paid=on_paid, now=now)}"
        if key_life is not None or now - intent.created_at >= provider.capabilities.default_expiry:
            with transactions() as session:
                closing.close(session, intent.id, IntentStatus.FAILED, "never_made", now=now)
            return "never_made"
    with transactions() as session:
        order = intents.order_of(session, session.get_one(PaymentIntent, intent.id))
    settled = intents.settle_create(transactions, provider, intent.id, intent.provider_key, order, now=now)
    return f"create_{settled.status}"
