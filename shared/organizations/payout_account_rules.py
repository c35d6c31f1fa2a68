"""Which accounts an owner may add."""

from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.kernel import bank_details
from shared.organizations import banks
from shared.organizations.payout_account_errors import (
    AccountOfSomebodyElse,
    BankUnknown,
    PayoutAccountExists,
    TooManyPayoutAccounts,
)
from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_account_reading import Owner
from shared.organizations.payout_details import BankAccount, Details, opened
from shared.users import service as users
from shared.users.models import TaxStatus

#: of one owner
MOST: Final = 20


def require_fitting(session: Session, owner: Owner, details: Details) -> None:
    """A company is paid to its settlement account only; a person never to a company's, a trader to his own too."""
    if not isinstance(details, BankAccount):
        if owner.organization_id is not None:
            raise AccountOfSomebodyElse
        return
    if not details.account.startswith(_prefixes(session, owner)):
        raise AccountOfSomebodyElse
    if not banks.is_known(session, details.bik):
        raise BankUnknown


def _prefixes(session: Session, owner: Owner) -> tuple[str, ...]:
    """With what the number of an account of the owner may begin."""
    if owner.organization_id is not None:
        return bank_details.COMPANIES
    if users.profile_of(session, owner.id).tax_status is TaxStatus.SOLE_TRADER:
        return bank_details.PERSONS + bank_details.SOLE_TRADERS
    return bank_details.PERSONS


def require_new(session: Session, owner: Owner, details: Details) -> None:
    rows = session.scalars(select(PayoutAccount).where(*owner.accounts())).all()
    if len(rows) >= MOST:
        raise TooManyPayoutAccounts
    if any(opened(session, row) == details for row in rows):
        raise PayoutAccountExists
