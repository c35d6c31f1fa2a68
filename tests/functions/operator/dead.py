"""Dead letters of a test: put where the cloud would have moved them."""

import json
from uuid import UUID

from shared.db.session import transaction
from shared.desk import failures
from shared.kernel.clock import utc_now
from tests.builders.cloud import Cloud

#: as a bank sends it; nobody at the desk may see the payer
OF_A_BANK = json.dumps(
    {
        "provider": "yookassa",
        "body": json.dumps(
            {"event": "payment.succeeded", "object": {"id": "2f-1", "payer": "Анна Соколова"}}
        ),
    }
)


def a_dead_letter(cloud: Cloud, body: str = OF_A_BANK, *, queue: str = "bank-events") -> UUID:
    sent = cloud.sqs.send_message(QueueUrl=cloud.queues[f"{queue}-dead"], MessageBody=body)
    return UUID(sent["MessageId"])


def failed(
    letter_id: UUID, *, times: int, reason: str = "OutcomeUnknown", queue: str = "bank_events"
) -> None:
    """What the worker noted before it gave the message back."""
    with transaction() as session:
        for _ in range(times):
            failures.note(session, queue=queue, message_id=str(letter_id), reason=reason, now=utc_now())
