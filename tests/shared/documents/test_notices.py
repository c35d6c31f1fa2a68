from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.db.session import Transactions
from shared.documents import notices
from shared.documents.models import Document
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome, EmailResult, Letter
from shared.ports.sms import SmsOutcome
from tests.builders.deals import KeptFiles, KeptTexts, a_deal, render, submit
from tests.builders.people import Person, a_client, an_agent

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)


class KeptLetters:
    def __init__(self, outcome: EmailOutcome = EmailOutcome.ACCEPTED) -> None:
        self.outcome = outcome
        self.sent: list[Letter] = []

    def send(self, letter: Letter) -> EmailResult:
        self.sent.append(letter)
        return EmailResult(self.outcome)


@pytest.fixture
def client(app: Session) -> Person:
    return a_client(app, NOW)


@pytest.fixture
def document(app: Session, client: Person) -> Document:
    agent = an_agent(app, NOW)
    made = submit(app, a_deal(app, NOW, agent=agent, client=client), agent, NOW)
    app.commit()
    render(made.id, KeptFiles(), NOW)
    return made


@pytest.fixture
def orders(app: Session, document: Document) -> list[UUID]:
    """Notices to the client and to the agent, in signing order."""
    app.refresh(document)
    query = select(OutboxMessage.id).where(OutboxMessage.kind == notices.READY).order_by(OutboxMessage.id)
    return list(app.scalars(query))


def status_of(app: Session, message_id: UUID) -> OutboxStatus:
    app.expire_all()
    return app.get_one(OutboxMessage, message_id).status


class TestTell:
    def test_a_client_gets_a_letter_and_an_agent_without_an_address_a_text(
        self, app: Session, document: Document, client: Person, orders: list[UUID]
    ) -> None:
        letters, texts = KeptLetters(), KeptTexts()

        for message_id in orders:
            notices.tell(Transactions(), message_id, emails=letters, texts=texts, now=NOW)

        assert [letter.recipient for letter in letters.sent] == [client.email]
        assert document.number in letters.sent[0].subject
        assert f"https://lk.housler.test/documents/{document.id}" in texts.sent[0][1]
        assert [status_of(app, message_id) for message_id in orders] == [OutboxStatus.DONE] * 2

    def test_is_not_repeated_when_it_was_told(self, orders: list[UUID]) -> None:
        letters = KeptLetters()

        for _ in range(2):
            notices.tell(Transactions(), orders[0], emails=letters, texts=KeptTexts(), now=NOW)

        assert len(letters.sent) == 1

    def test_a_busy_server_is_tried_again_later(self, app: Session, orders: list[UUID]) -> None:
        notices.tell(
            Transactions(), orders[0], emails=KeptLetters(EmailOutcome.TRY_LATER), texts=KeptTexts(), now=NOW
        )

        assert status_of(app, orders[0]) is OutboxStatus.PENDING
        message = app.get_one(OutboxMessage, orders[0])
        assert message.due_at >= NOW + timedelta(seconds=10)
        assert message.last_error == "try_later"

    def test_silence_is_not_repeated(self, app: Session, orders: list[UUID]) -> None:
        notices.tell(
            Transactions(), orders[0], emails=KeptLetters(EmailOutcome.UNKNOWN), texts=KeptTexts(), now=NOW
        )

        assert status_of(app, orders[0]) is OutboxStatus.DONE

    @pytest.mark.parametrize("outcome", [SmsOutcome.REFUSED, SmsOutcome.REFUSED_RECIPIENT])
    def test_a_refusal_goes_to_a_person(self, app: Session, orders: list[UUID], outcome: SmsOutcome) -> None:
        notices.tell(Transactions(), orders[1], emails=KeptLetters(), texts=KeptTexts(outcome), now=NOW)

        assert status_of(app, orders[1]) is OutboxStatus.DEAD
