"""When the money of a paid step becomes its owners'."""

from datetime import datetime, timedelta

from shared.deals.models import DealTerms, PaymentStep
from shared.deals.words import ReleaseRule


def release_due_at(step: PaymentStep, terms: DealTerms, *, paid_at: datetime) -> datetime | None:
    """When time alone releases a paid step; None where an act must be signed."""
    if step.release_rule is not ReleaseRule.IMMEDIATE:
        return None
    return paid_at + timedelta(days=terms.hold_days)
