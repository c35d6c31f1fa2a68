from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.organizations import payout_account_notices, payout_accounts
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome, EmailResult, Letter
from shared.ports.sms import SmsOutcome
from shared.tasks.models import OperatorTask
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.service import Sealer
from tests.builders import people
from tests.builders.deals import KeptTexts

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EMAIL = "maria@example.ru"


class KeptLetters:
    def __init__(self, outcome: EmailOutcome = EmailOutcome.ACCEPTED) -> None:
        self.outcome = outcome
        self.sent: list[Letter] = []

    def send(self, letter: Letter) -> EmailResult:
        self.sent.append(letter)
        return EmailResult(self.outcome)


@pytest.fixture
def agent(app: Session) -> people.Person:
    """Paid since yesterday, and with a proved address."""
    person = people.an_agent(app, NOW)
    user = app.get_one(User, person.id)
    sealer = Sealer(vault.key_of(app, person.id), table=User.__tablename__, row=person.id)
    user.email, user.email_index = sealer.seal("email", EMAIL), vault.index_of("email", EMAIL)
    user.email_verified_at = NOW
    return person


def changed(app: Session, agent: people.Person) -> UUID:
    payout_accounts.add_sbp_phone(app, user_id=agent.id, bank_id="100000000008", actor=SYSTEM, now=NOW)
    app.commit()
    return app.scalars(select(OutboxMessage.id)).one()


def tell(message_id: UUID, letters: KeptLetters, texts: KeptTexts) -> None:
    payout_account_notices.tell(Transactions(), message_id, emails=letters, texts=texts, now=NOW)


class TestANotice:
    def test_is_not_asked_for_by_the_first_account(self, app: Session) -> None:
        people.an_agent(app, NOW)

        assert app.scalars(select(OutboxMessage)).all() == []

    def test_goes_by_letter_and_says_from_when(self, app: Session, agent: people.Person) -> None:
        letters, texts = KeptLetters(), KeptTexts()
        message_id = changed(app, agent)

        for _ in range(2):
            tell(message_id, letters, texts)

        assert [letter.recipient for letter in letters.sent] == [EMAIL]
        assert "25.11.2026 в 12:00 (МСК)" in letters.sent[0].text
        assert texts.sent == []
        assert app.scalars(select(OutboxMessage.status)).one() is OutboxStatus.DONE

    @pytest.mark.parametrize(
        "outcome", [EmailOutcome.REFUSED, EmailOutcome.REFUSED_RECIPIENT, EmailOutcome.UNKNOWN]
    )
    def test_that_no_letter_surely_carried_goes_by_text(
        self, app: Session, agent: people.Person, outcome: EmailOutcome
    ) -> None:
        texts = KeptTexts()

        tell(changed(app, agent), KeptLetters(outcome), texts)

        assert [phone for phone, _ in texts.sent] == [agent.phone]
        assert app.scalars(select(OutboxMessage.status)).one() is OutboxStatus.DONE

    def test_goes_to_no_address_that_somebody_only_typed_in(self, app: Session, agent: people.Person) -> None:
        app.get_one(User, agent.id).email_verified_at = None
        letters, texts = KeptLetters(), KeptTexts()

        tell(changed(app, agent), letters, texts)

        assert (letters.sent, len(texts.sent)) == ([], 1)

    @pytest.mark.parametrize("outcome", [SmsOutcome.TRY_LATER, SmsOutcome.COOL_DOWN])
    def test_waits_for_a_busy_provider(self, app: Session, agent: people.Person, outcome: SmsOutcome) -> None:
        message_id = changed(app, agent)
        tell(message_id, KeptLetters(EmailOutcome.TRY_LATER), KeptTexts())
        tell(message_id, KeptLetters(EmailOutcome.REFUSED), KeptTexts(outcome))

        message = app.get_one(OutboxMessage, message_id)
        assert (message.status, message.tries) == (OutboxStatus.PENDING, 2)

    def test_that_nobody_takes_comes_to_an_operator(self, app: Session, agent: people.Person) -> None:
        message_id = changed(app, agent)

        tell(message_id, KeptLetters(EmailOutcome.REFUSED), KeptTexts(SmsOutcome.REFUSED_RECIPIENT))

        assert app.get_one(OutboxMessage, message_id).status is OutboxStatus.DEAD
        assert app.scalars(select(OperatorTask.entity_id)).one() == message_id

    def test_holds_nothing_personal_in_the_outbox(self, app: Session, agent: people.Person) -> None:
        changed(app, agent)

        assert list(app.scalars(select(OutboxMessage)).one().payload) == ["account_id"]
