import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from functions.queues.jobs.handler import app as jobs
from shared.audit.service import SYSTEM
from shared.documents import notices
from shared.kernel.clock import utc_now
from shared.organizations import payout_accounts
from shared.outbox.models import OutboxMessage, OutboxStatus
from tests.builders.outside import Outbox
from tests.builders.people import an_agent
from tests.functions.conftest import queue_event
from tests.shared.signatures.conftest import Contract, a_contract


@pytest.fixture
def contract(app: Session) -> Contract:
    return a_contract(app)


def orders(app: Session) -> list[str]:
    query = select(OutboxMessage.id).where(OutboxMessage.kind == notices.READY).order_by(OutboxMessage.id)
    return [str(each) for each in app.scalars(query)]


class TestDoJob:
    def test_tells_both_sides_that_the_contract_can_be_read(
        self, app: Session, contract: Contract, sms: Outbox, mail: Outbox
    ) -> None:
        assert sms.standin.url
        assert jobs(queue_event(*orders(app)), None) == {"batchItemFailures": []}

        assert contract.client.email is not None
        letter = mail.messages(contract.client.email)[0]
        assert f"https://lk.housler.test/documents/{contract.id}" in letter["text"]
        assert contract.crew.agency.admin.email is not None
        assert len(mail.messages(contract.crew.agency.admin.email)) == 1

    def test_tells_an_agent_that_his_payouts_go_elsewhere(
        self, app: Session, sms: Outbox, mail: Outbox
    ) -> None:
        assert mail.standin.url
        agent = an_agent(app, utc_now())
        payout_accounts.add_sbp_phone(
            app, user_id=agent.id, bank_id="100000000008", actor=SYSTEM, now=utc_now()
        )
        app.commit()
        asked = app.scalars(select(OutboxMessage)).one()

        assert jobs(queue_event(str(asked.id)), None) == {"batchItemFailures": []}

        assert agent.phone is not None
        assert "добавлен счёт для выплат" in sms.messages(agent.phone.removeprefix("+"))[0]["text"]

    def test_a_busy_server_leaves_it_to_the_relay(
        self, app: Session, contract: Contract, sms: Outbox, mail: Outbox
    ) -> None:
        assert contract.client.email is not None
        assert sms.standin.url
        mail.standin.post("faults", stage="rcpt", kind="reply", reply="451 4.3.0 later", times=1)

        assert jobs(queue_event(orders(app)[0]), None) == {"batchItemFailures": []}

        message = app.get_one(OutboxMessage, orders(app)[0])
        assert (message.status, message.last_error) == (OutboxStatus.PENDING, "try_later")
        assert mail.is_quiet(contract.client.email)

    def test_nonsense_comes_back_alone(
        self, app: Session, contract: Contract, sms: Outbox, mail: Outbox
    ) -> None:
        assert contract.client.email is not None
        assert sms.standin.url
        event = queue_event("nonsense", orders(app)[0])

        answer = jobs(event, None)

        assert answer == {"batchItemFailures": [{"itemIdentifier": event["Records"][0]["messageId"]}]}
        assert len(mail.messages(contract.client.email)) == 1
