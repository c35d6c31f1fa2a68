"""When the money of a paid step becomes its owners' (``docs/decisions/release-rules.md``)."""

from datetime import datetime, timedelta

from shared.deals.models import DealTerms, PaymentStep
from shared.deals.words import ReleaseRule
from shared.kernel.clock import moscow_date, moscow_midnight


def release_due_at(step: PaymentStep, terms: DealTerms) -> datetime | None:
    """When the step is due for release; None while it isn't paid, or an acceptance is waited for.

    The hold days protect a client who has accepted nothing: after an acceptance there are none.
    """
    return None if step.paid_at is None else due_once_paid(step, terms, step.paid_at)


def due_once_paid(step: PaymentStep, terms: DealTerms, paid_at: datetime) -> datetime | None:
    """``release_due_at`` of a step that is being paid."""
    hold = timedelta(days=terms.hold_days)
    if step.release_rule is ReleaseRule.IMMEDIATE:
        return paid_at + hold
    if step.release_rule is ReleaseRule.DATE:
        if step.due_on is None:
            raise AssertionError("a step that is released on a date has one")
        return max(paid_at, moscow_midnight(step.due_on)) + hold
    return None if step.accepted_at is None else max(paid_at, step.accepted_at)


def silence_ends(noticed_at: datetime, silence_days: int) -> datetime:
    """The end of the last calendar day in Moscow on which the client may object; the day of the notice isn't counted."""
    return moscow_midnight(moscow_date(noticed_at) + timedelta(days=silence_days + 1))
