"""Links that are taken back and replaced."""

from datetime import datetime, timedelta

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals.service import Viewer
from shared.kernel.clock import utc_now
from shared.payments import cancelling, polling
from shared.payments.intent_reading import IntentFacts
from shared.payments.models import PaymentIntent
from shared.ports.payments import PaymentState
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import intent_of, nothing_more, only
from tests.shared.payments.world import Cast


def cancel(
    bank: FakeCollector,
    cast: Cast,
    intent: PaymentIntent,
    *,
    viewer: Viewer | None = None,
    transactions: Transactions | None = None,
) -> IntentFacts:
    return cancelling.cancel_intent(
        transactions or Transactions(),
        providers=only(bank),
        on_paid=nothing_more,
        intent_id=intent.id,
        viewer=viewer or cast.agent,
        actor=SYSTEM,
        now=utc_now(),
    )


def reissue(
    bank: FakeCollector, cast: Cast, intent: PaymentIntent, *, transactions: Transactions | None = None
) -> PaymentIntent:
    return cancelling.reissue_intent(
        transactions or Transactions(),
        providers=only(bank),
        on_paid=nothing_more,
        intent_id=intent.id,
        viewer=cast.agent,
        actor=SYSTEM,
        now=utc_now(),
    ).intent


def poll(bank: FakeCollector, later: timedelta = timedelta(minutes=5)) -> dict[str, int]:
    return polling.poll_intents(Transactions(), provider=bank, on_paid=nothing_more, now=utc_now() + later)


def state_at(bank: FakeCollector, intent: PaymentIntent) -> PaymentState:
    return bank.payments[intent.provider_payment_id or ""].state


def next_poll(intent: PaymentIntent) -> datetime | None:
    return intent_of(intent.id).next_poll_at
