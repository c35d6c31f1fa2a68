"""A verified message about a payment: believe it where it is signed, else ask the provider, then record the truth."""

from datetime import datetime
from typing import Final

from shared.db.session import Transactions
from shared.inbox import service as inbox
from shared.observability import checkpoints, log
from shared.payments.recording import Claim, PaymentConsequence, record
from shared.ports.payments import BankEvent, PaymentProvider, ProviderPayment
from shared.tasks import service as tasks

_REFUND: Final = "refund."


def apply(
    transactions: Transactions,
    event: BankEvent,
    claim: Claim,
    *,
    provider: PaymentProvider,
    on_paid: PaymentConsequence,
    now: datetime,
) -> None:
    """Handle ``payment.*``; a repeat changes nothing.

    :param on_paid: what a credited payment causes besides, in its transaction
    :raises OutcomeUnknown: the provider didn't answer: the queue brings the message again
    """
    truth = _proved(event, provider) or provider.get(event.object_id)
    checkpoints.reached("bank_events.asked")
    if truth is None:
        log.write("unknown_payment_claimed", level="warning", kind=event.kind)
        return
    with transactions() as session:
        outcome = record(session, truth, claim, on_paid=on_paid, now=now)
        checkpoints.reached("bank_events.recorded")
    checkpoints.reached("bank_events.committed")
    log.write("payment_event", kind=event.kind, outcome=outcome)


def _proved(event: BankEvent, provider: PaymentProvider) -> ProviderPayment | None:
    """What a signed message says of the payment; None: it has to be asked for."""
    return None if provider.capabilities.needs_confirmation else event.truth


def keep_unknown(transactions: Transactions, event: BankEvent, claim: Claim, *, now: datetime) -> None:
    """A kind of message that the product doesn't know: kept once, changes nothing."""
    with transactions() as session:
        taken = inbox.take(
            session,
            provider=claim.provider,
            event_key=event.key,
            body=claim.body,
            outcome="unknown_kind",
            now=now,
        )
        if taken is not None and event.kind.startswith(_REFUND):
            # Made in the bank's cabinet: the books don't know of it until a person enters it.
            entity = ("inbox_event", taken)
            tasks.open_task(
                session, "refunded_at_provider", entity=entity, reason="refund_unrecorded", now=now
            )
        checkpoints.reached("bank_events.kept")
    log.write("unknown_event", level="warning", kind=event.kind)
