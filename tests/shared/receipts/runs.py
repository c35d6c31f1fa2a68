"""One run against the tax service, and looks at what came of it."""

from datetime import timedelta

from sqlalchemy import select

from shared.adapters.fns.smz import Smz
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.receipts.issuing import Issuer
from shared.receipts.models import Receipt
from shared.receipts.npd_models import NpdTask
from shared.users import service as users
from tests.shared.payments.world import Cast


def run(tax: Smz, *, later: timedelta = timedelta()) -> dict[str, int]:
    return Issuer(Transactions(), tax, utc_now() + later, lambda _seconds: None).issue_due()


def inn_of(cast: Cast) -> str:
    with Transactions()() as session:
        inn = users.profile_of(session, cast.agent_id).inn
    assert inn is not None
    return inn


def only_receipt() -> Receipt:
    with Transactions()() as session:
        return session.scalars(select(Receipt)).one()


def only_task() -> NpdTask:
    with Transactions()() as session:
        return session.scalars(select(NpdTask)).one()
