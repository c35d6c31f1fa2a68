"""Data of the fiscal receipt (54-ФЗ) that a payment carries where the executor has a cash register.

They are frozen with the intent: a repeat under the same key must have the same bytes, and the receipts that follow
(offset, return) must name the same people, whatever contacts and requisites say by then.
"""

import json
from datetime import datetime
from typing import Any, Final

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from shared.config import fiscal as settings
from shared.deals import service as deals
from shared.deals.acceptance_models import Acceptance, AcceptanceStatus
from shared.deals.models import Deal, DealTerms, PaymentStep
from shared.kernel.money import Money
from shared.kernel.tax import TaxRegime
from shared.organizations import service as organizations
from shared.payments.errors import ReceiptContactNeeded
from shared.payments.fiscal_models import IntentReceipt
from shared.payments.models import PaymentIntent
from shared.ports.fiscal import FiscalLine, FiscalReceipt, PaymentMode, Supplier
from shared.vault import service as vault
from shared.vault.service import Sealer

_MOST_NAME: Final = 128


def receipt_of(session: Session, deal: Deal, step: PaymentStep, terms: DealTerms) -> FiscalReceipt | None:
    """The receipt of a step's payment, a prepayment unless its services are accepted already; None where the executor is self-employed, and gives another kind.

    :raises ReceiptContactNeeded: the client has neither e-mail nor phone to send it to
    """
    if terms.tax_regime is TaxRegime.NPD or deal.executor_organization_id is None:
        return None
    client = deals.party_contacts(session, deals.client_party(session, deal.id))
    if not client.email and not client.phone:
        raise ReceiptContactNeeded
    config = settings.load()
    supplier = None
    if config.merchant_is_platform:
        executor = organizations.requisites(session, deal.executor_organization_id)
        supplier = Supplier(executor.inn, executor.name, executor.phone)
    line = FiscalLine(
        description=f"Услуги по договору № {deal.number}, шаг {step.step_no}"[:_MOST_NAME],
        amount=step.amount_kopecks,
        vat_bps=terms.vat_bps,
        mode=PaymentMode.FULL_PAYMENT if _is_accepted(session, step) else PaymentMode.FULL_PREPAYMENT,
    )
    return FiscalReceipt(
        lines=(line,),
        tax_regime=config.merchant_tax_regime if config.merchant_is_platform else terms.tax_regime,
        customer_email=client.email or None,
        customer_phone=client.phone or None,
        supplier=supplier,
    )


def freeze(session: Session, intent: PaymentIntent, deal: Deal, step: PaymentStep, *, now: datetime) -> None:
    """Keep what the intent's payment will carry, if it carries a receipt.

    :raises ReceiptContactNeeded: as ``receipt_of``
    """
    receipt = receipt_of(session, deal, step, deals.frozen_terms(session, deal.id))
    if receipt is None:
        return
    contents = _sealer(session, intent).seal("contents", json.dumps(_written(receipt), ensure_ascii=False))
    session.add(IntentReceipt(intent_id=intent.id, contents=contents, created_at=now))
    session.flush()


def frozen(session: Session, intent: PaymentIntent) -> FiscalReceipt | None:
    """What ``freeze`` kept: the same for ever."""
    kept = session.get(IntentReceipt, intent.id)
    return (
        None if kept is None else _read(json.loads(_sealer(session, intent).open("contents", kept.contents)))
    )


def _is_accepted(session: Session, step: PaymentStep) -> bool:
    accepted = exists().where(
        Acceptance.deal_id == step.deal_id,
        Acceptance.status == AcceptanceStatus.ACCEPTED,
        or_(Acceptance.schedule_id.is_(None), Acceptance.schedule_id == step.id),
    )
    return bool(session.scalar(select(accepted)))


def _sealer(session: Session, intent: PaymentIntent) -> Sealer:
    return Sealer(vault.key_of(session, intent.deal_id), table=IntentReceipt.__tablename__, row=intent.id)


def _written(receipt: FiscalReceipt) -> dict[str, Any]:
    return {
        "lines": [
            {
                "description": line.description,
                "kopecks": line.amount.kopecks,
                "vat_bps": line.vat_bps,
                "mode": line.mode,
            }
            for line in receipt.lines
        ],
        "tax_regime": receipt.tax_regime,
        "email": receipt.customer_email,
        "phone": receipt.customer_phone,
        "supplier": None if receipt.supplier is None else list(receipt.supplier),
    }


def _read(kept: dict[str, Any]) -> FiscalReceipt:
    return FiscalReceipt(
        lines=tuple(
            FiscalLine(
                line["description"], Money(line["kopecks"]), line["vat_bps"], PaymentMode(line["mode"])
            )
            for line in kept["lines"]
        ),
        tax_regime=TaxRegime(kept["tax_regime"]),
        customer_email=kept["email"],
        customer_phone=kept["phone"],
        supplier=None if kept["supplier"] is None else Supplier(*kept["supplier"]),
    )
