"""Freezing the terms at submission: canonical JSON and its SHA-256, which every posting they cause will carry."""

import hashlib
import json
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from shared.deals import service
from shared.deals.models import Deal, DealParty, DealTerms, PaymentStep


def freeze(session: Session, deal: Deal, *, now: datetime) -> DealTerms:
    """Fix the newest version of the terms for good.

    The canonical text has sorted keys and no spaces, whole kopecks and bps, ISO days; people stand in it by ids.
    """
    terms = service.current_terms(session, deal.id)
    canonical = json.dumps(
        _canonical(deal, terms, service.agreed_plan(session, deal.id), service.parties_of(session, deal.id)),
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    terms.canonical = canonical
    terms.sha256 = hashlib.sha256(canonical.encode()).digest()
    terms.frozen_at = now
    return terms


def _canonical(
    deal: Deal, terms: DealTerms, plan: list[PaymentStep], parties: list[DealParty]
) -> dict[str, Any]:
    return {
        "deal_id": str(deal.id),
        "number": deal.number,
        "type": deal.type.value,
        "property_type": deal.property_type.value,
        "version": terms.version,
        "executor": {
            "kind": deal.executor_kind.value,
            "id": str(deal.executor_user_id or deal.executor_organization_id),
        },
        "parties": [{"id": str(party.id), "role": party.role.value} for party in parties],
        "price_kopecks": terms.price_kopecks.kopecks,
        "commission": {
            "fixed_kopecks": terms.commission_fixed_kopecks.kopecks,
            "bps": terms.commission_bps,
            "total_kopecks": terms.commission_kopecks.kopecks,
        },
        "advance": _advance(terms),
        "tax_regime": terms.tax_regime.value,
        "vat_bps": terms.vat_bps,
        "platform_fee": {
            "bps": terms.platform_fee_bps,
            "min_kopecks": terms.platform_fee_min_kopecks.kopecks,
        },
        "hold_days": terms.hold_days,
        "silence_days": terms.silence_days,
        "exclusive_until": None if terms.exclusive_until is None else terms.exclusive_until.isoformat(),
        "split_rule": terms.split_rule,
        "subcontract_id": None if terms.subcontract_id is None else str(terms.subcontract_id),
        "plan": [
            {
                "step_no": step.step_no,
                "is_advance": step.is_advance,
                "amount_kopecks": step.amount_kopecks.kopecks,
                "trigger": step.trigger.value,
                "release_rule": step.release_rule.value,
                "due_on": None if step.due_on is None else step.due_on.isoformat(),
                "milestone": step.milestone,
            }
            for step in plan
        ],
    }


def _advance(terms: DealTerms) -> dict[str, int | None] | None:
    fixed, bps = terms.advance_fixed_kopecks, terms.advance_bps
    if fixed is None and bps is None:
        return None
    return {"fixed_kopecks": None if fixed is None else fixed.kopecks, "bps": bps}
