"""Accounts for payouts as their owner sees them, and as payouts use them."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from shared.organizations import service as organizations
from shared.organizations.payout_account_models import PayoutAccount, PayoutAccountKind
from shared.organizations.payout_details import Details, opened


class Owner(NamedTuple):
    """A person or an organization: one of the two."""

    user_id: UUID | None = None
    organization_id: UUID | None = None

    @property
    def id(self) -> UUID:
        found = self.user_id or self.organization_id
        if found is None:
            raise TypeError("an account has an owner")
        return found

    def ever(self) -> ColumnElement[bool]:
        """The accounts that he has or had."""
        if self.user_id is not None:
            return PayoutAccount.owner_user_id == self.user_id
        return PayoutAccount.owner_organization_id == self.id

    def accounts(self) -> tuple[ColumnElement[bool], ...]:
        """Those that he hasn't removed."""
        return self.ever(), PayoutAccount.removed_at.is_(None)


class AccountLine(NamedTuple):
    id: UUID
    kind: PayoutAccountKind
    details: Details
    is_default: bool
    #: None until an organization's signer has confirmed it
    usable_from: datetime | None
    created_at: datetime


def page_of(session: Session, *, owner: Owner, offset: int, limit: int) -> tuple[list[AccountLine], int]:
    """The owner's accounts, newest first, and how many there are.

    :raises OrganizationNotFound: no such organization
    """
    if owner.organization_id is not None:
        organizations.organization(session, owner.organization_id)
    rows: Sequence[PayoutAccount] = session.scalars(
        select(PayoutAccount)
        .where(*owner.accounts())
        .order_by(PayoutAccount.id.desc())
        .offset(offset)
        .limit(limit)
    ).all()
    count = session.scalar(select(func.count()).select_from(PayoutAccount).where(*owner.accounts())) or 0
    return [line(session, row) for row in rows], count


def line(session: Session, account: PayoutAccount) -> AccountLine:
    return AccountLine(
        account.id,
        account.kind,
        opened(session, account),
        account.is_default,
        account.usable_from,
        account.created_at,
    )


def default_of(session: Session, owner: Owner) -> PayoutAccount | None:
    return session.scalars(
        select(PayoutAccount).where(*owner.accounts(), PayoutAccount.is_default)
    ).one_or_none()
