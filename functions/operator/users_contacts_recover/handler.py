"""POST /operator/users/{user_id}/contacts: an operator lets a person come back through another phone or address."""

from datetime import datetime
from http import HTTPStatus
from uuid import UUID

from sqlalchemy.orm import Session

from functions.operator.users_contacts_recover.schemas import RecoverContactRequest
from shared.access import rights
from shared.adapters.queue import jobs
from shared.auth import contact_changes
from shared.http.caller import Principal
from shared.http.edge import RequestFacts
from shared.http.function import HttpFunction
from shared.http.message_view import MessageView
from shared.outbox.models import Topic

app = HttpFunction(__name__)


@app.endpoint(
    "POST",
    "/operator/users/{user_id}/contacts",
    access=rights.CONTACTS_RECOVER,
    status=HTTPStatus.ACCEPTED,
    announces={Topic.JOBS: jobs.queue},
)
def recover_contact(
    user_id: UUID,
    body: RecoverContactRequest,
    caller: Principal,
    session: Session,
    facts: RequestFacts,
    now: datetime,
) -> MessageView:
    contact_changes.open_recovery(
        session,
        user_id=user_id,
        channel=body.channel,
        address=body.address,
        reason=body.reason,
        actor=caller.actor(facts),
        now=now,
    )
    return MessageView(message="Пользователь может войти с новым контактом по коду в течение трёх дней.")
