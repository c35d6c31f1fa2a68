"""A planned step that one payment can't carry is divided: its parts are steps of their own, under the same rules.

The signed terms don't change: they name the step, and its parts sum to it (``docs/decisions/step-paid-in-parts.md``).
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.deals import service as deals
from shared.deals.models import Deal, PaymentStep, StepStatus
from shared.deals.service import Viewer
from shared.kernel.money import Money
from shared.payments import payability, terminals
from shared.payments.errors import PartsTooLarge, PartsTooSmall
from shared.payments.part_sizes import equal_parts, is_carried, offered_parts
from shared.payments.rules import rule_of
from shared.payments.terminals import Providers


def divide_step(
    session: Session,
    *,
    providers: Providers,
    deal_id: UUID,
    step_no: int,
    count: int,
    viewer: Viewer,
    actor: Actor,
    now: datetime,
) -> Deal:
    """Divide a planned step that nobody has a link for into ``count`` nearly equal ones.

    :raises DealNotFound: also for a deal that isn't the caller's
    :raises StepNotFound, DealNotPayable, StepNotOpen, StepParted, IntentOpen, TerminalMissing: as they say
    :raises PartsTooSmall: less than can be collected
    :raises PartsTooLarge: still more than can be collected or paid out at once
    """
    deals.visible_deal(session, deal_id, viewer)
    deal = deals.deal_for_update(session, deal_id)
    step = deals.step_for_update(session, deal_id=deal_id, step_no=step_no)
    payability.require_open(session, deal, step)
    parts = _carried_parts(session, deal, step, count, providers)
    step.status = StepStatus.PARTED
    first = _last_number(session, deal_id) + 1
    session.add_all(_part(step, number, amount) for number, amount in enumerate(parts, start=first))
    # The plan is the deal's: its ETag must tell of it.
    deal.updated_at = now
    audit.record(
        session,
        actor,
        "step.parted",
        entity=("payment_schedule", step.id),
        before={"status": StepStatus.PLANNED},
        after={"status": step.status, "step_no": step_no, "first_part": first, "parts": count},
        now=now,
    )
    session.flush()
    return deal


def _carried_parts(
    session: Session, deal: Deal, step: PaymentStep, count: int, providers: Providers
) -> list[Money]:
    capabilities = terminals.provider_for(session, deal, providers).capabilities
    rule = rule_of(deal, deals.frozen_terms(session, deal.id))
    whole = step.amount_kopecks
    if whole.kopecks < count * capabilities.least.kopecks:
        raise PartsTooSmall(capabilities.least)
    parts = equal_parts(whole, count)
    if not is_carried(parts[0], rule, capabilities):
        raise PartsTooLarge(offered_parts(whole, rule, capabilities))
    return parts


def _last_number(session: Session, deal_id: UUID) -> int:
    return session.scalars(select(func.max(PaymentStep.step_no)).where(PaymentStep.deal_id == deal_id)).one()


def _part(step: PaymentStep, number: int, amount: Money) -> PaymentStep:
    return PaymentStep(
        deal_id=step.deal_id,
        step_no=number,
        amount_kopecks=amount,
        is_advance=step.is_advance,
        part_of=step.step_no,
        trigger=step.trigger,
        due_on=step.due_on,
        milestone=step.milestone,
        release_rule=step.release_rule,
        accepted_at=step.accepted_at,
        status=StepStatus.PLANNED,
    )
