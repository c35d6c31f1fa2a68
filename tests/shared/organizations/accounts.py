"""Destinations of money, and what tests of them do over and over."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import Actor
from shared.organizations import payout_accounts
from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_account_reading import AccountLine, Owner
from shared.organizations.payout_details import BankAccount, Card, Details, OwnPhone
from tests.builders.people import Agency, Person

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)
OTHER_BANK = "100000000008"
OWN = BankAccount("044525225", "40817810700000000001", "Иванова Мария Петровна")
TRADERS = BankAccount("044525225", "40802810100000000001", "ИП Иванова Мария Петровна")
COMPANYS = BankAccount("044525225", "40702810200000000001", "ООО «Дом и ключи»")
CARD = Card("pt-2f1d7c9a-000f-5000-8000", "4444")


def add(
    app: Session,
    owner: Person | Agency,
    details: Details | OwnPhone,
    now: datetime = NOW,
    by: UUID | None = None,
) -> AccountLine:
    whose = Owner(user_id=owner.id) if isinstance(owner, Person) else Owner(organization_id=owner.id)
    return payout_accounts.add(app, owner=whose, details=details, actor=Actor(by or owner.id), now=now)


def defaults(app: Session, owner: Owner) -> list[UUID]:
    return list(app.scalars(select(PayoutAccount.id).where(*owner.accounts(), PayoutAccount.is_default)))
