"""Where a person is paid.

A changed address waits a day and its owner is told at once, so that he can stop a thief's change in time.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from shared.audit import service as audit
from shared.audit.service import Actor
from shared.kernel.identifiers import new_id
from shared.organizations import payout_account_notices
from shared.organizations.errors import PayoutAccountExists, PayoutPhoneNeeded
from shared.organizations.payout_account_models import PayoutAccount, PayoutAccountKind
from shared.users import service as users
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.service import Sealer

COOLING_OFF: Final = timedelta(hours=24)


class SbpDestination(NamedTuple):
    """``phone`` is E.164, ``bank_id`` the twelve digits by which СБП names a bank."""

    account_id: UUID
    phone: str
    bank_id: str


class AccountLine(NamedTuple):
    id: UUID
    kind: PayoutAccountKind
    phone: str
    bank_id: str
    is_default: bool
    #: None until an organization's signer has confirmed it
    usable_from: datetime | None
    created_at: datetime


def add_sbp_phone(
    session: Session, *, user_id: UUID, bank_id: str, actor: Actor, now: datetime
) -> AccountLine:
    """Pay the person on his verified phone in the named bank from now on.

    His first account ever is usable at once; every later one after ``COOLING_OFF``: payouts wait for it, and he is
    told (``payout_account_notices``).

    :raises PayoutPhoneNeeded: he has no verified phone
    :raises PayoutAccountExists: that is where he is paid already
    """
    # Two accounts added at once must not both be the first: the person's row is the lock.
    user = session.get_one(User, user_id, with_for_update=True)
    phone = users.contacts(session, user).phone
    if phone is None or user.phone_verified_at is None:
        raise PayoutPhoneNeeded
    former = _default(session, user.id)
    if former is not None:
        if _opened(session, former) == {"phone": phone, "bank_id": bank_id}:
            raise PayoutAccountExists
        former.is_default = False
        session.flush()
    is_first = not session.scalar(
        select(func.count()).select_from(PayoutAccount).where(PayoutAccount.owner_user_id == user.id)
    )
    account_id = new_id()
    sealer = Sealer(vault.key_of(session, user.id), table=PayoutAccount.__tablename__, row=account_id)
    account = PayoutAccount(
        id=account_id,
        owner_user_id=user.id,
        kind=PayoutAccountKind.SBP_PHONE,
        details=sealer.seal("details", json.dumps({"phone": phone, "bank_id": bank_id})),
        is_default=True,
        created_by=actor.user_id,
        confirmed_at=now,
        confirmed_by=actor.user_id,
        usable_from=now if is_first else now + COOLING_OFF,
        created_at=now,
    )
    session.add(account)
    session.flush()
    if not is_first:
        payout_account_notices.ask(session, account, now=now)
    audit.record(
        session,
        actor,
        "payout_account.added",
        entity=("payout_account", account_id),
        after={"kind": account.kind, "is_first": is_first},
        now=now,
    )
    return _line(session, account)


def usable_default(session: Session, *, owner_user_id: UUID, now: datetime) -> SbpDestination | None:
    """Where to pay the person now; None without an account, or while a changed one cools off."""
    account = _default(session, owner_user_id)
    if account is None or account.usable_from is None or account.usable_from > now:
        return None
    details = _opened(session, account)
    return SbpDestination(account.id, details["phone"], details["bank_id"])


def page_of(
    session: Session, *, owner_user_id: UUID, offset: int, limit: int
) -> tuple[Sequence[AccountLine], int]:
    """The person's accounts, newest first, and how many there are."""
    mine = PayoutAccount.owner_user_id == owner_user_id, PayoutAccount.removed_at.is_(None)
    rows = session.scalars(
        select(PayoutAccount).where(*mine).order_by(PayoutAccount.id.desc()).offset(offset).limit(limit)
    ).all()
    count = session.scalar(select(func.count()).select_from(PayoutAccount).where(*mine)) or 0
    return [_line(session, row) for row in rows], count


def _default(session: Session, owner_user_id: UUID) -> PayoutAccount | None:
    return session.scalars(
        select(PayoutAccount).where(
            PayoutAccount.owner_user_id == owner_user_id,
            PayoutAccount.is_default,
            PayoutAccount.removed_at.is_(None),
        )
    ).one_or_none()


def _line(session: Session, account: PayoutAccount) -> AccountLine:
    details = _opened(session, account)
    return AccountLine(
        account.id,
        account.kind,
        details["phone"],
        details["bank_id"],
        account.is_default,
        account.usable_from,
        account.created_at,
    )


def _opened(session: Session, account: PayoutAccount) -> dict[str, str]:
    owner_id = account.owner_user_id or account.owner_organization_id
    if owner_id is None:
        raise TypeError("the database lets no account be without an owner")
    sealer = Sealer(vault.key_of(session, owner_id), table=PayoutAccount.__tablename__, row=account.id)
    details: dict[str, str] = json.loads(sealer.open("details", account.details))
    return details
