"""How often one peer, or one caller, may use an operation: counted in the database, told in every answer.

The headers are those of the IETF's draft "RateLimit header fields for HTTP" (draft-ietf-httpapi-ratelimit-headers):
``RateLimit-Policy: "name";q=60;w=60`` and ``RateLimit: "name";r=59;t=60``, seconds throughout.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from shared.db.session import Transactions
from shared.http.edge import RawRequest
from shared.kernel.errors import TooMany
from shared.limits import service as limits
from shared.vault import service as vault


class Limit(NamedTuple):
    """``times`` within ``per_seconds``; each peer has a budget of his own, or each caller where he is known."""

    name: str
    times: int
    per_seconds: int


#: of an operation that everybody may call; many people share a mobile operator's address
PER_PEER: Final = Limit("peer", 120, 60)


class RateLimited(TooMany):
    code = "rate_limited"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__(f"Слишком много запросов. Повторите через {retry_after_seconds} с.")
        self.retry_after_seconds = retry_after_seconds


def take(
    transactions: Transactions,
    limit: Limit,
    request: RawRequest,
    *,
    operation: str,
    caller_id: UUID | None,
    now: datetime,
) -> None:
    """Count one more, in a transaction of its own: a request that fails counts too.

    :raises RateLimited: the budget is spent
    """
    who = request.facts.ip if caller_id is None else str(caller_id)
    with transactions() as session:
        used = limits.count(
            session,
            vault.index_of("rate-limit", f"{operation}\x1f{limit.name}\x1f{who}"),
            window=timedelta(seconds=limit.per_seconds),
            now=now,
        )
    wait = max(1, round((used.window_ends_at - now).total_seconds()))
    request.answer_headers["RateLimit-Policy"] = f'"{limit.name}";q={limit.times};w={limit.per_seconds}'
    request.answer_headers["RateLimit"] = f'"{limit.name}";r={max(0, limit.times - used.taken)};t={wait}'
    if used.taken > limit.times:
        raise RateLimited(wait)
