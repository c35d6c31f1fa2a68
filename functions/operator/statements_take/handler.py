"""POST /operator/statements: a bank statement is taken; a file that was taken before changes nothing."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from sqlalchemy.orm import Session

from functions.operator.statements_take.schemas import TakenStatementView, TakeStatementRequest
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.file_field import bytes_of
from shared.http.function import HttpFunction
from shared.http.reply import Reply
from shared.reconciliation import importing

app = HttpFunction(__name__)


@app.endpoint("POST", "/operator/statements", access=rights.STATEMENTS_TAKE, status=HTTPStatus.CREATED)
def take_statement(
    body: TakeStatementRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> Annotated[Reply, TakenStatementView]:
    content = bytes_of(body.content_base64)
    taken = importing.take_statement(session, content, actor=caller.actor(facts), now=now)
    return Reply(TakenStatementView.of(taken), HTTPStatus.OK if taken.already_taken else None)
