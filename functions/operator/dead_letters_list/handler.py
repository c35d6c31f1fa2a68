"""GET /operator/dead-letters: messages that no try could handle, by queue; never what they hold."""

from datetime import datetime

from functions.operator.dead_letters_list.schemas import DeadLettersView, ListDeadLettersQuery
from shared.access import rights
from shared.adapters.queue import dead_letters as places
from shared.db.session import Transactions
from shared.desk import dead_letters
from shared.http.dead_letter_view import DeadLetterView
from shared.http.function import HttpFunction

app = HttpFunction(__name__)


@app.endpoint("GET", "/operator/dead-letters", access=rights.DEAD_LETTERS)
def list_dead_letters(
    query: ListDeadLettersQuery, transactions: Transactions, now: datetime
) -> DeadLettersView:
    listed = dead_letters.look(transactions, places=places.ALL, queue=query.queue)
    return DeadLettersView(items=[DeadLetterView.of(each, now) for each in listed])
