"""A small function for the tests: it writes a note as an audit line, so that effects can be counted.

As a program it answers one request for another process: ``python -m tests.shared.http.notes TOKEN KEY TEXT``.
"""

import sys
from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict, Field
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from shared.access import rights
from shared.audit import service as audit
from shared.audit.models import AuditLog
from shared.db.session import Transactions, transaction
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.inputs import RequestModel, ViewModel
from shared.http.reply import Reply
from shared.kernel.errors import Conflict
from shared.kernel.identifiers import new_id
from tests.functions.conftest import Signed, call_function

WRITTEN = "note.written"


class NoteRequest(RequestModel):
    model_config = ConfigDict(str_max_length=5_000)

    text: str = Field(min_length=1)


class NoteView(ViewModel):
    id: UUID
    text: str


class NoteRefused(Conflict):
    code = "note_refused"

    def __init__(self) -> None:
        super().__init__("Такую заметку записать нельзя.")


class NoteCounted(Conflict):
    """Like a wrong code: the try stays written."""

    code = "note_counted"
    keeps_work = True

    def __init__(self) -> None:
        super().__init__("Попытка засчитана.")


def write(
    session: Session, caller: Principal, body: NoteRequest, facts: RequestFacts, now: datetime
) -> NoteView:
    note = NoteView(id=new_id(), text=body.text)
    audit.record(session, caller.actor(facts), WRITTEN, entity=("note", note.id), now=now)
    session.flush()
    if body.text == "slow":
        session.execute(text("SELECT pg_sleep(0.5)"))
    if body.text == "refuse":
        raise NoteRefused
    if body.text == "count":
        raise NoteCounted
    if body.text == "break":
        raise ValueError("Анна Соколова, +79161234567")
    return note


def written() -> int:
    """How many notes are committed."""
    with transaction() as session:
        counted = session.scalar(select(func.count()).where(AuditLog.action == WRITTEN))
    return counted or 0


#: one transaction, the key optional
app = HttpFunction("functions.notes.write.handler")
#: one transaction, the key required
careful = HttpFunction("functions.notes.careful.handler")
#: two transactions
outside = HttpFunction("functions.notes.outside.handler")


@app.endpoint("POST", "/notes", access=rights.OWN_ACCOUNT, status=201)
def write_note(
    body: NoteRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> Reply:
    return Reply(write(session, caller, body, facts, now), headers={"ETag": '"1"'})


@careful.endpoint("POST", "/shelves/{shelf}/notes", access=rights.OWN_ACCOUNT, status=201, repeats="required")
def write_carefully(
    body: NoteRequest, shelf: str, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> NoteView:
    return write(session, caller, body, facts, now)


@outside.endpoint("POST", "/notes/outside", access=rights.OWN_ACCOUNT, status=201, repeats="required")
def write_outside(
    body: NoteRequest,
    caller: Principal,
    transactions: Transactions,
    facts: RequestFacts,
    now: datetime,
    key: str,
) -> NoteView:
    with transactions() as session:
        note = write(session, caller, body, facts, now)
    if body.text == "refuse later":
        raise NoteRefused
    if body.text == "break later":
        raise ValueError("the provider's answer is gibberish")
    return NoteView(id=note.id, text=f"{note.text} {len(key)}")


def main(token: str, key: str, note: str) -> None:
    answer = call_function(app, body={"text": note}, as_=Signed(token), key=key)
    sys.stderr.write(f"{answer.status} {answer.text}")


if __name__ == "__main__":
    main(*sys.argv[1:])
