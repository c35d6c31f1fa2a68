"""A link by which a client pays for one step: written down before the provider is asked, and never made twice.

Two transactions round the call. What the call's outcome changes is monotone: a webhook or the poller may have been
faster than the second transaction.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import SYSTEM, Actor
from shared.config import web
from shared.db.errors import on_constraint
from shared.db.session import Transactions
from shared.deals import moving
from shared.deals import service as deals
from shared.deals.models import Deal, DealStatus, PaymentStep
from shared.deals.service import Viewer
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import new_id
from shared.observability import checkpoints
from shared.payments import bank_deals, fiscal_data, pay_links, payability, terminals
from shared.payments.closing import close, locked_intent
from shared.payments.errors import (
    ProviderSaidNo,
)
from shared.payments.intent_reading import IntentFacts, facts_of
from shared.payments.models import IntentStatus, PaymentIntent
from shared.payments.terminals import Providers
from shared.payments.trail import record_change
from shared.ports.payments import (
    OutcomeUnknown,
    PaymentOrder,
    PaymentProvider,
    PaymentState,
    ProviderPayment,
    ProviderRefused,
)

FIRST_POLL: Final = timedelta(minutes=1)


class _OpenedMeanwhile(Conflict):
    """Two callers at once: the database let one in."""

    code = "intent_open"

    def __init__(self) -> None:
        super().__init__("На этот шаг только что выставили ссылку на оплату. Обновите страницу.")


on_constraint("uq_payment_intents_open_step", _OpenedMeanwhile)


def create_intent(
    transactions: Transactions,
    *,
    providers: Providers,
    deal_id: UUID,
    step_no: int | None,
    viewer: Viewer,
    actor: Actor,
    replaces_id: UUID | None = None,
    now: datetime,
) -> IntentFacts:
    """Make a payment link for a planned step; its sum is the step's.

    When nobody knows what the provider did, the intent stays ``created`` without an address and the poller goes on
    with the same key.

    :param step_no: None for the advance
    :param replaces_id: the link that ended for this one

    :raises DealNotFound: also for a deal that isn't the caller's
    :raises StepNotFound, NoAdvance, TerminalMissing: as they say
    :raises DealNotPayable, StepNotOpen, StepParted, IntentOpen: see ``payability.require_open``
    :raises TooMuchForOnePayment, TooMuchForOnePayout, ParticipantBlocked: see ``payability.require_carried``
    :raises ReceiptContactNeeded: see ``fiscal_data.receipt_of``
    :raises ProviderSaidNo: refused for good
    """
    with transactions() as session:
        provider, intent, order = _write_down(
            session,
            providers,
            deal_id=deal_id,
            step_no=step_no,
            viewer=viewer,
            actor=actor,
            replaces_id=replaces_id,
            now=now,
        )
    checkpoints.reached("intents_create.written")
    settled = settle_create(transactions, provider, intent.id, intent.provider_key, order, now=now)
    checkpoints.reached("intents_create.recorded")
    if settled.status is IntentStatus.FAILED:
        raise ProviderSaidNo
    with transactions() as session:
        return facts_of(session, intent.id)


def settle_create(
    transactions: Transactions,
    provider: PaymentProvider,
    intent_id: UUID,
    key: UUID,
    order: PaymentOrder,
    *,
    now: datetime,
) -> PaymentIntent:
    """Ask the provider (with no transaction open) and record what came of it."""
    try:
        if provider.capabilities.bank_deals and order.bank_deal is None:
            order = _in_deal(transactions, intent_id, provider, provider.open_deal(), order, now)
        made = provider.create(order, key=str(key))
    except OutcomeUnknown:
        with transactions() as session:
            return _note_unknown(session, intent_id, now=now)
    except ProviderRefused as refusal:
        with transactions() as session:
            return close(session, intent_id, IntentStatus.FAILED, refusal.code, now=now)
    checkpoints.reached("intents_create.asked")
    with transactions() as session:
        return attach(session, intent_id, made, now=now)


def _in_deal(
    transactions: Transactions,
    intent_id: UUID,
    provider: PaymentProvider,
    opened: str,
    order: PaymentOrder,
    now: datetime,
) -> PaymentOrder:
    """The order joins the deal at the bank that was opened for it, or before it by another link."""
    with transactions() as session:
        intent = locked_intent(session, intent_id)
        bank_deals.remember(
            session, deal_id=intent.deal_id, terminal=intent.provider, bank_deal_id=opened, now=now
        )
        if intent.bank_deal is None:
            intent.bank_deal = bank_deals.to_join(session, deal_id=intent.deal_id, provider=provider)
        return order._replace(bank_deal=intent.bank_deal)


def order_of(session: Session, intent: PaymentIntent) -> PaymentOrder:
    """The same words for every try: the provider compares the body with the key."""
    deal = session.get_one(Deal, intent.deal_id)
    step = session.get_one(PaymentStep, intent.schedule_id)
    return PaymentOrder(
        intent_id=str(intent.id),
        amount=intent.amount_kopecks,
        description=f"Оплата по договору № {deal.number}, шаг {step.step_no}",
        return_url=f"{web.load().public_url}/deals/{deal.id}",
        created_at=intent.created_at,
        bank_deal=intent.bank_deal,
        receipt=fiscal_data.frozen(session, intent),
    )


def attach(session: Session, intent_id: UUID, made: ProviderPayment, *, now: datetime) -> PaymentIntent:
    """The provider has a payment for this intent: keep its id and address."""
    intent = locked_intent(session, intent_id)
    if intent.provider_payment_id is None:
        intent.provider_payment_id = made.provider_id
    bank_deals.remember(
        session, deal_id=intent.deal_id, terminal=intent.provider, bank_deal_id=made.bank_deal, now=now
    )
    # A provider may tell the address and the code at different times, or again.
    intent.url = intent.url or made.url
    intent.qr_payload = intent.qr_payload or made.qr_payload
    if intent.status is IntentStatus.CREATED:
        intent.status = IntentStatus.PENDING
        intent.expires_at = made.expires_at
        intent.unknown_since = None
        # A payment that ended while nobody looked is recorded by the poller, at once.
        intent.next_poll_at = now + FIRST_POLL if made.state is PaymentState.PENDING else now
        record_change(
            session, intent_id, before=IntentStatus.CREATED, after=intent.status, actor=SYSTEM, now=now
        )
    return intent


def _write_down(
    session: Session,
    providers: Providers,
    *,
    deal_id: UUID,
    step_no: int | None,
    viewer: Viewer,
    actor: Actor,
    replaces_id: UUID | None,
    now: datetime,
) -> tuple[PaymentProvider, PaymentIntent, PaymentOrder]:
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    step = _wanted_step(session, deal_id, step_no)
    payability.require_open(session, deal, step)
    provider = terminals.provider_for(session, deal, providers)
    payability.require_carried(session, deal, step, provider.capabilities)
    intent_id, key = new_id(), uuid4()
    intent = PaymentIntent(
        id=intent_id,
        deal_id=deal_id,
        schedule_id=step.id,
        provider=provider.name,
        amount_kopecks=step.amount_kopecks,
        status=IntentStatus.CREATED,
        provider_key=key,
        pay_token_hash=pay_links.token_hash(intent_id, key),
        bank_deal=bank_deals.to_join(session, deal_id=deal_id, provider=provider),
        replaces_id=replaces_id,
        # Not before this call has had its time.
        next_poll_at=now + FIRST_POLL,
        created_by=viewer.user_id,
        created_at=now,
    )
    session.add(intent)
    if deal.status is DealStatus.SIGNED:
        moving.move(session, deal, DealStatus.PAYMENT_PENDING, actor=actor, now=now)
    record_change(
        session,
        intent.id,
        before=None,
        after=intent.status,
        actor=actor,
        now=now,
        step_no=step.step_no,
        amount_kopecks=intent.amount_kopecks.kopecks,
    )
    session.flush()
    fiscal_data.freeze(session, intent, deal, step, now=now)
    return provider, intent, order_of(session, intent)


def _wanted_step(session: Session, deal_id: UUID, step_no: int | None) -> PaymentStep:
    if step_no is None:
        return deals.advance_for_update(session, deal_id)
    return deals.step_for_update(session, deal_id=deal_id, step_no=step_no)


def _note_unknown(session: Session, intent_id: UUID, *, now: datetime) -> PaymentIntent:
    intent = locked_intent(session, intent_id)
    if intent.status is IntentStatus.CREATED and intent.unknown_since is None:
        intent.unknown_since = now
        audit.record(session, SYSTEM, "intent.unknown", entity=("payment_intent", intent_id), now=now)
    return intent
