"""POST /operator/dead-letters/{queue}/replay-all: up to a hundred messages of a queue are tried again."""

from datetime import datetime

from functions.operator.dead_letters_replay_all.schemas import ReplayedView
from shared.access import rights
from shared.adapters.queue import dead_letters as places
from shared.adapters.queue import redriving
from shared.db.session import Transactions
from shared.desk import dead_letters
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/dead-letters/{queue}/replay-all", access=rights.DEAD_LETTERS)
def replay_all_dead_letters(
    queue: str, caller: Principal, transactions: Transactions, facts: RequestFacts, now: datetime
) -> ReplayedView:
    sent = dead_letters.replay_all(
        transactions,
        places=places.ALL,
        redrives=redriving.ALL,
        queue=queue,
        actor=caller.actor(facts),
        now=now,
    )
    return ReplayedView(replayed=sent)
