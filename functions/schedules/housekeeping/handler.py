"""Every hour: removes expired answers, codes, sessions and counters, closes what nobody answered, in batches."""

from datetime import datetime
from typing import Final

from shared.auth import cleaning
from shared.db.session import Transactions
from shared.desk import failures
from shared.events.batches import in_batches
from shared.events.schedule import ScheduledFunction, Summary
from shared.idempotency import service as idempotency
from shared.organizations import invitations

#: tokens go before their sessions
_WORK: Final = {
    "answers": idempotency.purge,
    "codes": cleaning.remove_codes,
    "refresh_tokens": cleaning.remove_refresh_tokens,
    "sessions": cleaning.remove_sessions,
    "registrations": cleaning.remove_registrations,
    "invitations": invitations.close_expired,
    "staff_challenges": cleaning.remove_challenges,
    "rate_limits": cleaning.remove_limits,
    "message_failures": failures.purge,
}

app = ScheduledFunction(__name__)


@app.every(minutes=60)
def clean(transactions: Transactions, now: datetime) -> Summary:
    return in_batches(transactions, _WORK, now=now)
