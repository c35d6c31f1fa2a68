"""Whether a link may be made for a step of a deal: its state, the rails' limits, its people."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from shared.deals import lifecycle
from shared.deals import service as deals
from shared.deals.errors import DealNotPayable
from shared.deals.models import Deal, DealParty, PaymentStep, StepStatus
from shared.kernel.money import Money
from shared.payments.errors import (
    IntentOpen,
    ParticipantBlocked,
    StepNotOpen,
    StepParted,
    TooLittleForOnePayment,
    TooMuchForOnePayment,
    TooMuchForOnePayout,
)
from shared.payments.limits import PAY_OUT_MOST
from shared.payments.models import OPEN, PaymentIntent
from shared.payments.part_sizes import largest_of_a_person, offered_parts
from shared.payments.rules import rule_of
from shared.payments.splits import SplitRule, SplitShare, split
from shared.ports.payments import Capabilities
from shared.users.models import User, UserStatus


def require_open(session: Session, deal: Deal, step: PaymentStep) -> None:
    """The step waits for its first money, and nobody has a link for it.

    :raises DealNotPayable, StepNotOpen, StepParted, IntentOpen: as they say
    """
    if deal.status not in lifecycle.PAYABLE:
        raise DealNotPayable(lifecycle.LABELS[deal.status])
    if step.status is StepStatus.PARTED:
        raise StepParted(step.step_no)
    if step.status is not StepStatus.PLANNED:
        raise StepNotOpen(step.step_no)
    open_id = _open_intent(session, step.id)
    if open_id is not None:
        raise IntentOpen(open_id)


def require_carried(session: Session, deal: Deal, step: PaymentStep, capabilities: Capabilities) -> None:
    """The rails carry the step's sum, and its people may be paid.

    :raises ParticipantBlocked: somebody in the deal is blocked
    :raises TooMuchForOnePayment, TooMuchForOnePayout: with the parts into which it may be divided
    :raises TooLittleForOnePayment: as it says
    """
    amount = step.amount_kopecks
    rule = rule_of(deal, deals.frozen_terms(session, deal.id))
    if amount < capabilities.least:
        raise TooLittleForOnePayment(capabilities.least)
    shares = split(amount, rule)
    if _somebody_is_blocked(session, deal, shares):
        raise ParticipantBlocked
    if amount > capabilities.most:
        raise TooMuchForOnePayment(amount, capabilities.most, offered_parts(amount, rule, capabilities))
    _require_payable_out(shares, amount, rule, capabilities)


def _require_payable_out(
    shares: Sequence[SplitShare], amount: Money, rule: SplitRule, capabilities: Capabilities
) -> None:
    share = largest_of_a_person(shares)
    if share > PAY_OUT_MOST:
        raise TooMuchForOnePayout(share, PAY_OUT_MOST, offered_parts(amount, rule, capabilities))


def _open_intent(session: Session, step_id: UUID) -> UUID | None:
    return session.scalars(
        select(PaymentIntent.id).where(PaymentIntent.schedule_id == step_id, PaymentIntent.status.in_(OPEN))
    ).one_or_none()


def _somebody_is_blocked(session: Session, deal: Deal, shares: Sequence[SplitShare]) -> bool:
    """The agent, a party, or one who would be paid out of the step."""
    parties = select(DealParty.user_id).where(DealParty.deal_id == deal.id, DealParty.user_id.is_not(None))
    payees = [share.owner.id for share in shares if share.owner.kind == "user"]
    blocked = exists().where(
        User.status == UserStatus.BLOCKED, or_(User.id.in_([deal.agent_id, *payees]), User.id.in_(parties))
    )
    return bool(session.scalar(select(blocked)))
