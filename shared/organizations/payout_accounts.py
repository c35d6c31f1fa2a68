"""Where a person or an organization is paid.

A new address waits a day and its owner is told at once, so that he can stop a thief's change in time. An
organization's counts once one of its checked signers has confirmed it. Whoever changes accounts locks their owner's
row: two added at once are not both the first, nor both the default.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import exists, select, text
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.kernel.identifiers import new_id
from shared.organizations import payout_account_notices as notices
from shared.organizations import payout_account_rules as rules
from shared.organizations import service as organizations
from shared.organizations.payout_account_errors import (
    AccountOfSomebodyElse,
    CheckedSignerNeeded,
    PayoutAccountConfirmed,
    PayoutAccountInUse,
    PayoutAccountIsDefault,
    PayoutAccountNotFound,
    PayoutAccountUnconfirmed,
    PayoutPhoneNeeded,
)
from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_account_notices import Event
from shared.organizations.payout_account_reading import AccountLine, Owner, default_of, line
from shared.organizations.payout_details import (
    Details,
    OwnPhone,
    SbpPhone,
    kind_of,
    opened,
    sealed,
)
from shared.users import service as users
from shared.users.models import User

COOLING_OFF: Final = timedelta(hours=24)

# As SQL, since payouts stand above this package.
_IN_FLIGHT: Final = text(
    "SELECT EXISTS (SELECT FROM payouts WHERE account_id = :account_id"
    " AND status IN ('reserved', 'sending', 'unknown'))"
)


class SbpDestination(NamedTuple):
    """``phone`` is E.164, ``bank_id`` the twelve digits by which СБП names a bank."""

    account_id: UUID
    phone: str
    bank_id: str


def add_sbp_phone(
    session: Session, *, user_id: UUID, bank_id: str, actor: Actor, now: datetime
) -> AccountLine:
    """Pay the person on his verified phone in the named bank from now on; see ``add``."""
    return add(session, owner=Owner(user_id=user_id), details=OwnPhone(bank_id), actor=actor, now=now)


def add(
    session: Session, *, owner: Owner, details: Details | OwnPhone, actor: Actor, now: datetime
) -> AccountLine:
    """Add an account; it is usable ``COOLING_OFF`` from its confirmation, and its owner is told.

    A person's is confirmed by adding it, and a new phone becomes his default: payouts wait for it. His first account
    ever, if it is his verified phone, is usable at once. An organization's is confirmed at once if a checked signer
    adds it. Whoever has no default gets it with the first account that is confirmed.

    :raises PayoutPhoneNeeded: his own phone isn't verified
    :raises AccountOfSomebodyElse: see ``payout_account_rules``
    :raises BankUnknown: the directory of banks has no such БИК
    :raises PayoutAccountExists: he has that account
    :raises TooManyPayoutAccounts: he has ``payout_account_rules.MOST``
    """
    own_phone = _locked(session, owner)
    if isinstance(details, OwnPhone):
        details = _on_own_phone(owner, own_phone, details.bank_id)
    rules.require_fitting(session, owner, details)
    rules.require_new(session, owner, details)
    at_once = (
        isinstance(details, SbpPhone)
        and details.phone == own_phone
        and not session.scalar(select(exists().where(owner.ever())))
    )
    account_id = new_id()
    account = PayoutAccount(
        id=account_id,
        owner_user_id=owner.user_id,
        owner_organization_id=owner.organization_id,
        kind=kind_of(details),
        details=sealed(session, owner.id, account_id, details),
        is_default=False,
        created_by=actor.user_id,
        created_at=now,
    )
    session.add(account)
    former = default_of(session, owner)
    if owner.organization_id is None or _is_checked_signer(session, owner, actor.user_id, now):
        _confirm(account, actor, usable_from=now if at_once else now + COOLING_OFF, now=now)
        replaces = owner.user_id is not None and isinstance(details, SbpPhone)
        if former is None or replaces:
            _switch(session, former, account)
    session.flush()
    _record(session, account, "payout_account.added", actor, now)
    if not at_once:
        notices.ask(session, account, Event.ADDED, former=former, now=now)
    return line(session, account)


def confirm(
    session: Session, *, organization_id: UUID, account_id: UUID, actor: Actor, now: datetime
) -> AccountLine:
    """One of the organization's checked signers stands for its account, which is usable a day later.

    :raises PayoutAccountNotFound: also another's
    :raises CheckedSignerNeeded: the caller is none
    :raises PayoutAccountConfirmed: that was done
    """
    owner = Owner(organization_id=organization_id)
    account = _own(session, owner, account_id)
    if not _is_checked_signer(session, owner, actor.user_id, now):
        raise CheckedSignerNeeded
    if account.confirmed_at is not None:
        raise PayoutAccountConfirmed
    former = default_of(session, owner)
    _confirm(account, actor, usable_from=now + COOLING_OFF, now=now)
    if former is None:
        account.is_default = True
    session.flush()
    _record(session, account, "payout_account.confirmed", actor, now)
    notices.ask(session, account, Event.CONFIRMED, former=former, now=now)
    return line(session, account)


def make_default(
    session: Session, *, owner: Owner, account_id: UUID, actor: Actor, now: datetime
) -> AccountLine:
    """Pay the owner there from now on; an account that still cools off goes on cooling.

    :raises PayoutAccountNotFound: also another's
    :raises PayoutAccountUnconfirmed, PayoutAccountIsDefault: as they say
    """
    account = _own(session, owner, account_id)
    if account.confirmed_at is None:
        raise PayoutAccountUnconfirmed
    former = default_of(session, owner)
    if former is account:
        raise PayoutAccountIsDefault
    _switch(session, former, account)
    session.flush()
    _record(session, account, "payout_account.made_default", actor, now, former=former)
    notices.ask(session, account, Event.MADE_DEFAULT, former=former, now=now)
    return line(session, account)


def remove(session: Session, *, owner: Owner, account_id: UUID, actor: Actor, now: datetime) -> None:
    """Pay nothing there any more; without a default, payouts wait.

    :raises PayoutAccountNotFound: also another's
    :raises PayoutAccountInUse: money is on its way there
    """
    account = _own(session, owner, account_id)
    if session.scalar(_IN_FLIGHT, {"account_id": account.id}):
        raise PayoutAccountInUse
    account.removed_at = now
    account.is_default = False
    session.flush()
    _record(session, account, "payout_account.removed", actor, now)
    notices.ask(session, account, Event.REMOVED, former=None, now=now)


def usable_default(session: Session, *, owner_user_id: UUID, now: datetime) -> SbpDestination | None:
    """Where to pay the person now; None without an account, while a changed one cools off, or where no rail goes yet.

    The account stays until the end of the transaction: whoever removes it meanwhile waits, and then sees the payout.
    """
    account = session.scalars(
        select(PayoutAccount)
        .where(*Owner(user_id=owner_user_id).accounts(), PayoutAccount.is_default)
        .with_for_update(read=True, key_share=True)
    ).one_or_none()
    if account is None or account.usable_from is None or account.usable_from > now:
        return None
    details = opened(session, account)
    if not isinstance(details, SbpPhone):
        return None
    return SbpDestination(account.id, details.phone, details.bank_id)


def _locked(session: Session, owner: Owner) -> str | None:
    """Lock the owner's row; a person's verified phone."""
    if owner.organization_id is not None:
        organizations.organization(session, owner.organization_id, lock=True)
        return None
    return _verified_phone(session, session.get_one(User, owner.id, with_for_update=True))


def _on_own_phone(owner: Owner, own_phone: str | None, bank_id: str) -> SbpPhone:
    if owner.organization_id is not None:
        raise AccountOfSomebodyElse
    if own_phone is None:
        raise PayoutPhoneNeeded
    return SbpPhone(own_phone, bank_id)


def _verified_phone(session: Session, user: User) -> str | None:
    return users.contacts(session, user).phone if user.phone_verified_at is not None else None


def _own(session: Session, owner: Owner, account_id: UUID) -> PayoutAccount:
    """Lock the owner and one of his accounts."""
    _locked(session, owner)
    found = session.scalars(
        select(PayoutAccount)
        .where(PayoutAccount.id == account_id, *owner.accounts())
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is None:
        raise PayoutAccountNotFound
    return found


def _is_checked_signer(session: Session, owner: Owner, user_id: UUID | None, now: datetime) -> bool:
    return any(each.user_id == user_id for each in organizations.signers(session, owner.id, now=now))


def _confirm(account: PayoutAccount, actor: Actor, *, usable_from: datetime, now: datetime) -> None:
    account.confirmed_at = now
    account.confirmed_by = actor.user_id
    account.usable_from = usable_from


def _switch(session: Session, former: PayoutAccount | None, account: PayoutAccount) -> None:
    """The one goes before the other comes: an owner never has two defaults, not even within a flush."""
    if former is not None:
        former.is_default = False
        session.flush()
    account.is_default = True


def _record(
    session: Session,
    account: PayoutAccount,
    action: str,
    actor: Actor,
    now: datetime,
    *,
    former: PayoutAccount | None = None,
) -> None:
    audit.record(
        session,
        actor,
        action,
        entity=("payout_account", account.id),
        before=None if former is None else {"default_id": str(former.id)},
        after={
            "kind": account.kind,
            "is_default": account.is_default,
            "confirmed": account.confirmed_at is not None,
        },
        now=now,
    )
