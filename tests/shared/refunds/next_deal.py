"""The same people's next deal."""

import dataclasses
from datetime import timedelta

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.deals import opening
from shared.deals.models import ExecutorKind
from shared.deals.opening import ClientFacts
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.users.models import User
from tests.shared.payments.world import CLIENT_PHONE, Cast, _sign, _terms


def another_of(cast: Cast, amount: Money) -> Cast:
    """A signed deal of the same agent, agency and client, with one step."""
    now = utc_now() - timedelta(hours=1)
    with Transactions()() as session:
        deal = opening.open_deal(
            session,
            agent_id=cast.agent_id,
            executor_kind=ExecutorKind.ORG,
            organization_id=cast.organization_id,
            terms=_terms([amount], 0),
            client=ClientFacts("Соколова Анна Петровна", CLIENT_PHONE, "anna@example.com", None, None),
            actor=SYSTEM,
            now=now,
        )
        session.flush()
        _sign(session, deal, session.get_one(User, cast.client_id), now)
        return dataclasses.replace(cast, deal_id=deal.id)
