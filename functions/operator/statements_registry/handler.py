"""POST /operator/statements/registry: a provider's registry, where its terminal can't be asked; days are replaced."""

from datetime import datetime
from http import HTTPStatus

from sqlalchemy.orm import Session

from functions.operator.statements_registry.schemas import (
    RegistryDayView,
    TakenRegistryView,
    TakeRegistryRequest,
)
from shared.access import rights
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.file_field import bytes_of
from shared.http.function import HttpFunction
from shared.reconciliation import registries

app = HttpFunction(__name__)


@app.endpoint(
    "POST", "/operator/statements/registry", access=rights.STATEMENTS_TAKE, status=HTTPStatus.CREATED
)
def take_registry(
    body: TakeRegistryRequest, caller: Principal, session: Session, facts: RequestFacts, now: datetime
) -> TakenRegistryView:
    content = bytes_of(body.content_base64)
    days = registries.take_registry(session, content, actor=caller.actor(facts), now=now)
    return TakenRegistryView(days=[RegistryDayView.of(day) for day in days])
