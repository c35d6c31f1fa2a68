import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.organizations import (
    invitation_sending,
    invitations,
)
from shared.organizations.invitation_errors import (
    InvitationNotFound,
)
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome
from shared.ports.sms import SmsOutcome
from tests.builders import people
from tests.builders.deals import KeptTexts
from tests.builders.letters import KeptLetters
from tests.builders.people import Agency
from tests.shared.organizations.inviting import DAY, NOW, accept, invite


@pytest.fixture
def agency(app: Session) -> Agency:
    return people.an_agency(app, NOW)


class TestSending:
    def test_a_letter_carries_a_link_that_works(self, app: Session, agency: Agency) -> None:
        client, letters = people.a_client(app, NOW), KeptLetters()
        invite(app, agency, str(client.email))

        self._send(app, letters=letters)

        (letter,) = letters.sent
        assert letter.recipient == client.email
        assert "ООО «Дом и ключи» приглашает вас" in letter.text
        accept(app, self._token(letter.text), client)

    def test_a_text_message_carries_one_too(self, app: Session, agency: Agency) -> None:
        agent, texts = people.an_agent(app, NOW), KeptTexts()
        invite(app, agency, str(agent.phone))

        self._send(app, texts=texts)

        ((phone, words),) = texts.sent
        assert phone == agent.phone
        accept(app, self._token(words), agent)

    def test_again_makes_the_former_link_dead(self, app: Session, agency: Agency) -> None:
        client, letters = people.a_client(app, NOW), KeptLetters()
        invitation = invite(app, agency, str(client.email))
        self._send(app, letters=letters)

        invitations.resend(
            app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW + DAY
        )
        self._send(app, letters=letters)

        first, second = (self._token(letter.text) for letter in letters.sent)
        with pytest.raises(InvitationNotFound):
            accept(app, first, client)
        assert accept(app, second, client).expires_at == NOW + 8 * DAY

    def test_leaves_the_token_nowhere(self, app: Session, agency: Agency) -> None:
        letters = KeptLetters()
        invite(app, agency, people.an_email())
        self._send(app, letters=letters)

        token = self._token(letters.sent[0].text)

        kept = app.execute(text("SELECT o::text || i::text FROM outbox o, invitations i")).scalars().all()
        assert kept
        assert not any(token in each or token.encode().hex() in each for each in kept)

    def test_a_revoked_one_sends_nothing(self, app: Session, agency: Agency) -> None:
        letters = KeptLetters()
        invitation = invite(app, agency, people.an_email())
        invitations.revoke(app, organization_id=agency.id, invitation_id=invitation.id, actor=SYSTEM, now=NOW)

        self._send(app, letters=letters)

        assert letters.sent == []
        assert app.scalars(select(OutboxMessage.status)).one() is OutboxStatus.DONE

    @pytest.mark.parametrize(
        ("outcome", "status"),
        [
            (EmailOutcome.TRY_LATER, OutboxStatus.PENDING),
            (EmailOutcome.REFUSED_RECIPIENT, OutboxStatus.DEAD),
            (EmailOutcome.UNKNOWN, OutboxStatus.DONE),
        ],
    )
    def test_a_busy_provider_is_tried_again_and_an_unknown_outcome_is_not(
        self, app: Session, agency: Agency, outcome: EmailOutcome, status: OutboxStatus
    ) -> None:
        invite(app, agency, people.an_email())

        self._send(app, letters=KeptLetters(outcome))

        assert app.scalars(select(OutboxMessage.status)).one() is status

    def test_a_text_message_that_nobody_takes_comes_to_an_operator(
        self, app: Session, agency: Agency
    ) -> None:
        invite(app, agency, people.a_phone())

        self._send(app, texts=KeptTexts(SmsOutcome.REFUSED_RECIPIENT))

        assert app.scalars(select(OutboxMessage.status)).one() is OutboxStatus.DEAD

    @staticmethod
    def _send(app: Session, letters: KeptLetters | None = None, texts: KeptTexts | None = None) -> None:
        app.commit()
        pending = app.scalars(
            select(OutboxMessage.id).where(OutboxMessage.status == OutboxStatus.PENDING)
        ).one()
        invitation_sending.send(
            Transactions(), pending, emails=letters or KeptLetters(), texts=texts or KeptTexts(), now=NOW
        )
        app.expire_all()

    @staticmethod
    def _token(words: str) -> str:
        return words.split("https://lk.housler.test/invitations/")[1].split(maxsplit=1)[0]
