"""What must hold before money leaves. A closed gate holds the payout with a stable word; it never loses it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from shared.deals import lifecycle
from shared.deals.models import Deal
from shared.kernel.money import Money, total
from shared.ledger import accounts, balances
from shared.organizations import payout_accounts
from shared.organizations.payout_accounts import SbpDestination
from shared.payments.limits import PAY_OUT_LEAST, PAY_OUT_MOST
from shared.payments.models import Split
from shared.payouts.models import ON_THE_WAY, Payout, PayoutItem
from shared.users.models import User, UserStatus

SOON: Final = timedelta(minutes=1)
LATER: Final = timedelta(hours=1)
SELDOM: Final = timedelta(days=1)


class Hold(NamedTuple):
    """Why a payout waits, when to look again, and whether a person must help."""

    reason: str
    look_again: timedelta
    needs_operator: bool = False


OUTSIDE_LIMITS: Final = Hold("outside_provider_limits", SELDOM, needs_operator=True)
OWNER_BLOCKED: Final = Hold("owner_blocked", LATER, needs_operator=True)

#: A gate that a higher domain closes (tax); None lets pass.
Gate = Callable[[Session, Payout, datetime], Hold | None]


class Passed(NamedTuple):
    destination: SbpDestination


def check(
    session: Session, payout: Payout, *, provider_name: str, more: tuple[Gate, ...], now: datetime
) -> Hold | Passed:
    """Hold a planned payout with the first reason found, or let it pass to its destination.

    :param payout: locked, as is its deal
    """
    if payout.owner_user_id is None:
        return Hold("no_rail", SELDOM)
    if session.get_one(Deal, payout.deal_id).status in lifecycle.FROZEN:
        return Hold("deal_frozen", LATER)
    held = owner_hold(session, payout, now) or refund_hold(session, payout)
    if held is not None:
        return held
    if not PAY_OUT_LEAST <= payout.amount_kopecks <= PAY_OUT_MOST:
        return OUTSIDE_LIMITS
    for gate in more:
        hold = gate(session, payout, now)
        if hold is not None:
            return hold
    destination = payout_accounts.usable_default(session, owner_user_id=payout.owner_user_id, now=now)
    if destination is None:
        return Hold("no_account", SOON)
    return _money(session, payout, provider_name) or Passed(destination)


def owner_hold(session: Session, payout: Payout, now: datetime) -> Hold | None:
    """Of the owner as he is in the database now: an operator, or a change of his contact, may have been faster.

    Whoever took a contact over must not be paid before its owner has noticed.
    """
    status, until = session.execute(
        select(User.status, User.payouts_held_until).where(User.id == payout.owner_user_id)
    ).one()
    if status is UserStatus.BLOCKED:
        return OWNER_BLOCKED
    return None if until is None or until <= now else Hold("contact_changed", until - now)


def refund_hold(session: Session, payout: Payout) -> Hold | None:
    """Of a step whose refund waits for a second person's approval."""
    waiting = exists().where(
        PayoutItem.payout_id == payout.id,
        PayoutItem.split_id == Split.id,
        Split.refund_waiting_kopecks > Money.zero(),
    )
    return Hold("refund_waits", LATER) if session.scalar(select(waiting)) else None


def _money(session: Session, payout: Payout, provider_name: str) -> Hold | None:
    """The provider's float less what is on its way out of it, and clients' money as a whole.

    One reservation at a time per float: two that looked at once would both find the same roubles.
    """
    account = accounts.payout_float(provider_name)
    session.execute(select(func.pg_advisory_xact_lock(func.hashtext(account.key))))
    # What leaves meanwhile is then in the first or gone from the second: never in neither.
    on_the_way = _on_the_way(session, provider_name)
    left = balances.balance_of(session, account) - on_the_way
    if left < payout.amount_kopecks:
        return Hold("not_funded", SOON)
    if not balances.cover(session).holds:
        return Hold("not_covered", LATER, needs_operator=True)
    return None


def _on_the_way(session: Session, provider_name: str) -> Money:
    amounts = session.scalars(
        select(Payout.amount_kopecks).where(Payout.provider == provider_name, Payout.status.in_(ON_THE_WAY))
    ).all()
    return total(list(amounts))
