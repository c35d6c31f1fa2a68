"""Sends notices of documents, of what the client is asked to accept, of accounts, organizations and changed payout accounts, invitations, links of receipts."""

from datetime import datetime
from typing import Final
from uuid import UUID

from shared.adapters.email import email_sender
from shared.adapters.sms import sms_sender
from shared.auth import telling
from shared.db.session import Transactions
from shared.deals import acceptance_notices
from shared.documents import notices
from shared.events.queue import QueueFunction
from shared.organizations import (
    invitation_sending,
    invitations,
    organization_notices,
    payout_account_notices,
)
from shared.outbox import service as outbox
from shared.receipts import delivery

_WORK: Final = {
    acceptance_notices.ASKED: acceptance_notices.tell,
    notices.READY: notices.tell,
    notices.SEALED: notices.tell,
    payout_account_notices.CHANGED: payout_account_notices.tell,
    organization_notices.JUDGED: organization_notices.tell,
    invitations.SEND: invitation_sending.send,
    delivery.DELIVER: delivery.carry_out,
    **dict.fromkeys(telling.KINDS, telling.tell),
}

app = QueueFunction(__name__)


@app.consume("jobs")
def do_job(body: str, transactions: Transactions, now: datetime) -> None:
    message_id = UUID(body)
    with transactions() as session:
        order = outbox.lease(session, message_id, now=now)
    if order is None:
        return
    with outbox.counted(transactions, message_id, now=now):
        _WORK[order.kind](transactions, message_id, emails=email_sender(), texts=sms_sender(), now=now)
