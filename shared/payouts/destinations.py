"""Where a payout that is on its way goes: the account chosen with its reservation, whatever the default is by now."""

import json
from uuid import UUID

from sqlalchemy.orm import Session

from shared.organizations.payout_account_models import PayoutAccount
from shared.organizations.payout_accounts import SbpDestination
from shared.vault import service as vault
from shared.vault.service import Sealer


def destination_of(session: Session, account_id: UUID) -> SbpDestination:
    """Open an account of a person; :raises KeyDestroyed: his data was erased"""
    account = session.get_one(PayoutAccount, account_id)
    if account.owner_user_id is None:
        raise AssertionError("an organization has no rail")
    sealer = Sealer(
        vault.key_of(session, account.owner_user_id), table=PayoutAccount.__tablename__, row=account.id
    )
    details = json.loads(sealer.open("details", account.details))
    return SbpDestination(account.id, details["phone"], details["bank_id"])
