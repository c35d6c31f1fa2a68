"""What stands in an act of completion: the contract that it belongs to, and what of its price was paid."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from shared.deals import service as deals
from shared.deals.models import Deal, PaymentStep, StepStatus
from shared.documents import act_data as shapes
from shared.documents import contents
from shared.documents.contract_data import MainContract, Vat
from shared.documents.data_reading import as_json
from shared.documents.models import Document
from shared.kernel.clock import moscow_date
from shared.kernel.money import Money, total
from shared.kernel.tax import vat_within

#: what is left of each paid step, by its id: a refund may have taken some
Worth = Callable[[Session, UUID], Mapping[UUID, Money]]


def act_of_completion(
    session: Session,
    *,
    deal: Deal,
    contract: Document,
    worth: Mapping[UUID, Money],
    number: str,
    document_id: UUID,
    now: datetime,
) -> dict[str, Any]:
    """Data of the deal's act.

    :param worth: by the id of a paid step; one that isn't there is worth its sum
    :raises ContractDataMissing: something that the act must name isn't known
    """
    terms = deals.frozen_terms(session, deal.id)
    steps = [
        step
        for step in (_step(step, worth) for step in deals.plan_of(session, deal.id) if _counts(step))
        if step is not None
    ]
    # Each step is split by itself, so is its VAT.
    vat = total([vat_within(Money(step.amount_kopecks), terms.vat_bps) for step in steps])
    data: dict[str, Any] = as_json(
        shapes.ActOfCompletion(
            number=number,
            dated=moscow_date(now),
            city=deal.city,
            contract=MainContract(
                number=contract.number,
                dated=moscow_date(contract.created_at),
                property_address=deals.address_of(session, deal),
            ),
            property_type=deal.property_type,
            executor=contents.executor_of(session, deal, now),
            client=contents.client_of(session, deals.client_party(session, deal.id)),
            steps=tuple(steps),
            silence_days=terms.silence_days,
            platform=contents.platform(),
            verification_url=contents.verification_url(document_id),
            vat=None
            if terms.vat_bps is None or vat == Money.zero()
            else Vat(bps=terms.vat_bps, kopecks=vat.kopecks),
        )
    )
    return data


def _counts(step: PaymentStep) -> bool:
    """The parts of a parted step stand for it; what was cancelled is no part of the price."""
    return step.status not in {StepStatus.PARTED, StepStatus.CANCELLED}


def _step(step: PaymentStep, worth: Mapping[UUID, Money]) -> shapes.ActStep | None:
    amount = step.amount_kopecks if step.paid_at is None else worth.get(step.id, step.amount_kopecks)
    if amount == Money.zero():
        return None
    return shapes.ActStep(
        no=step.step_no,
        amount_kopecks=amount.kopecks,
        release_rule=step.release_rule,
        paid_on=None if step.paid_at is None else moscow_date(step.paid_at),
    )
