"""Finding whose money a provider speaks of, and locking what it changes: deal, then step, then intent, in one flight."""

from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.orm import Session, aliased, load_only

from shared.deals.models import Deal, DealTerms, PaymentStep
from shared.documents.models import DocumentKind
from shared.documents.papers import in_force
from shared.payments.fiscal_models import IntentReceipt
from shared.payments.models import PaymentIntent
from shared.ports.payments import ProviderPayment
from shared.vault.models import PersonKey


class Found(NamedTuple):
    """An intent with what its money changes, all locked but the terms: frozen before the first link, they never change."""

    intent: PaymentIntent
    deal: Deal
    step: PaymentStep
    terms: DealTerms
    #: held so that ``fiscal_data`` finds both in the session: what the payment carries, and the key that opens it
    carried: IntentReceipt | None
    key: PersonKey | None
    #: the signed contract, of whose terms these are
    contract_id: UUID | None


_KNOWN: Final = aliased(PaymentIntent)
_FROZEN: Final = aliased(DealTerms)
#: by the provider's id, or by ours that travelled with it: the message may outrun our second transaction
_OURS: Final = func.coalesce(
    select(_KNOWN.id)
    .where(_KNOWN.provider == bindparam("provider"), _KNOWN.provider_payment_id == bindparam("provider_id"))
    .scalar_subquery(),
    select(_KNOWN.id)
    .where(_KNOWN.id == bindparam("claimed", type_=Uuid()), _KNOWN.provider == bindparam("provider"))
    .scalar_subquery(),
)
_ID: Final = select(_OURS)
# What crediting reads, and no more: the rest of a row is asked for where something else reads it.
# One row, and PostgreSQL locks its tables in the order in which they are named here.
_LOCKED: Final = (
    select(
        PaymentIntent,
        Deal,
        PaymentStep,
        DealTerms,
        IntentReceipt,
        PersonKey,
        in_force(PaymentIntent.deal_id, DocumentKind.SERVICE_CONTRACT)
        .correlate(PaymentIntent)
        .scalar_subquery(),
    )
    .join(Deal, Deal.id == PaymentIntent.deal_id)
    .join(PaymentStep, PaymentStep.id == PaymentIntent.schedule_id)
    .outerjoin(
        DealTerms,
        DealTerms.id
        == select(_FROZEN.id)
        .where(_FROZEN.deal_id == PaymentIntent.deal_id, _FROZEN.sha256.is_not(None))
        .order_by(_FROZEN.version.desc())
        .limit(1)
        .correlate(PaymentIntent)
        .scalar_subquery(),
    )
    .outerjoin(IntentReceipt, IntentReceipt.intent_id == PaymentIntent.id)
    .outerjoin(PersonKey, PersonKey.owner_id == PaymentIntent.deal_id)
    .where(PaymentIntent.id == _OURS)
    .with_for_update(of=[Deal, PaymentStep, PaymentIntent])
    .options(
        load_only(
            PaymentIntent.deal_id,
            PaymentIntent.schedule_id,
            PaymentIntent.provider,
            PaymentIntent.provider_payment_id,
            PaymentIntent.amount_kopecks,
            PaymentIntent.status,
            PaymentIntent.bank_deal,
        ),
        load_only(
            Deal.status,
            Deal.revision,
            Deal.executor_kind,
            Deal.executor_user_id,
            Deal.executor_organization_id,
        ),
        load_only(
            PaymentStep.deal_id,
            PaymentStep.step_no,
            PaymentStep.status,
            PaymentStep.release_rule,
            PaymentStep.due_on,
            PaymentStep.accepted_at,
        ),
        load_only(
            DealTerms.sha256,
            DealTerms.tax_regime,
            DealTerms.vat_bps,
            DealTerms.platform_fee_bps,
            DealTerms.platform_fee_min_kopecks,
            DealTerms.hold_days,
            DealTerms.split_rule,
        ),
    )
    .execution_options(populate_existing=True)
)


def intent_id(session: Session, provider: str, truth: ProviderPayment) -> UUID | None:
    """None: it isn't ours."""
    return session.scalar(_ID, _keys(provider, truth))


def locked(session: Session, provider: str, truth: ProviderPayment) -> Found | None:
    """None: it isn't ours."""
    row = session.execute(_LOCKED, _keys(provider, truth)).one_or_none()
    if row is None:
        return None
    if row.DealTerms is None:
        raise AssertionError("a deal with a payment link has frozen terms")
    return Found(*row)


def _keys(provider: str, truth: ProviderPayment) -> dict[str, object]:
    return {"provider": provider, "provider_id": truth.provider_id, "claimed": _claimed(truth)}


def _claimed(truth: ProviderPayment) -> UUID | None:
    if truth.intent_id is None:
        return None
    try:
        return UUID(truth.intent_id)
    except ValueError:
        return None
