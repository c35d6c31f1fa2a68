"""POST /operator/dead-letters/{queue}/{letter_id}/replay: one message is tried again."""

from datetime import datetime
from uuid import UUID

from shared.access import rights
from shared.adapters.queue import dead_letters as places
from shared.adapters.queue import redriving
from shared.db.session import Transactions
from shared.desk import dead_letters
from shared.http.caller import Principal
from shared.http.dead_letter_view import DeadLetterView
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/dead-letters/{queue}/{letter_id}/replay", access=rights.DEAD_LETTERS)
def replay_dead_letter(
    queue: str,
    letter_id: UUID,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
) -> DeadLetterView:
    sent = dead_letters.replay(
        transactions,
        places=places.ALL,
        redrives=redriving.ALL,
        queue=queue,
        letter_id=letter_id,
        actor=caller.actor(facts),
        now=now,
    )
    return DeadLetterView.of(sent, now)
