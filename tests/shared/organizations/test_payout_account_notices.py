from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.service import SYSTEM, Actor
from shared.db.session import Transactions
from shared.organizations import payout_account_notices, payout_accounts
from shared.organizations import service as organizations
from shared.organizations.models import MemberRole
from shared.organizations.payout_account_reading import Owner
from shared.organizations.payout_details import BankAccount, OwnPhone, SbpPhone
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.email import EmailOutcome
from shared.ports.sms import SmsOutcome
from shared.tasks.models import OperatorTask
from shared.users.models import User
from shared.vault import service as vault
from shared.vault.service import Sealer
from tests.builders import people
from tests.builders.deals import KeptTexts
from tests.builders.letters import KeptLetters

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
EMAIL = "maria@example.ru"
OTHER_BANK = "100000000008"


@pytest.fixture
def agent(app: Session) -> people.Person:
    """Paid since yesterday, and with a proved address."""
    person = people.an_agent(app, NOW)
    user = app.get_one(User, person.id)
    sealer = Sealer(vault.key_of(app, person.id), table=User.__tablename__, row=person.id)
    user.email, user.email_index = sealer.seal("email", EMAIL), vault.index_of("email", EMAIL)
    user.email_verified_at = NOW
    app.flush()
    return person


def change(app: Session, agent: people.Person, phone: str | None = None) -> None:
    details = OwnPhone(OTHER_BANK) if phone is None else SbpPhone(phone, OTHER_BANK)
    payout_accounts.add(app, owner=Owner(user_id=agent.id), details=details, actor=SYSTEM, now=NOW)


def told(
    app: Session, letters: KeptLetters | None = None, texts: KeptTexts | None = None
) -> tuple[set[str], set[str]]:
    """Send what is asked for; the addresses and the phones that were told."""
    letters, texts = letters or KeptLetters(), texts or KeptTexts()
    app.commit()
    for message_id in app.scalars(select(OutboxMessage.id).order_by(OutboxMessage.id)).all():
        payout_account_notices.tell(Transactions(), message_id, emails=letters, texts=texts, now=NOW)
    app.expire_all()
    return {letter.recipient for letter in letters.sent}, {phone for phone, _ in texts.sent}


class TestANotice:
    def test_is_not_asked_for_by_the_first_account_on_the_proved_phone(self, app: Session) -> None:
        people.an_agent(app, NOW)

        assert app.scalars(select(OutboxMessage)).all() == []

    def test_goes_to_every_proved_contact_and_says_from_when(
        self, app: Session, agent: people.Person
    ) -> None:
        letters, texts = KeptLetters(), KeptTexts()
        change(app, agent)

        assert told(app, letters, texts) == ({EMAIL}, {agent.phone})

        for words in (letters.sent[0].text, texts.sent[0][1]):
            assert "добавлен счёт для выплат" in words
            assert "25.11.2026 в 12:00 (МСК)" in words
            assert OTHER_BANK not in words

    def test_goes_out_once(self, app: Session, agent: people.Person) -> None:
        letters = KeptLetters()
        change(app, agent)

        for _ in range(2):
            told(app, letters)

        assert len(letters.sent) == 1
        assert set(app.scalars(select(OutboxMessage.status))) == {OutboxStatus.DONE}

    def test_goes_to_no_address_that_somebody_only_typed_in(self, app: Session, agent: people.Person) -> None:
        app.get_one(User, agent.id).email_verified_at = None
        change(app, agent)

        assert told(app) == (set(), {agent.phone})

    def test_goes_to_the_new_phone_and_to_the_one_it_replaces(
        self, app: Session, agent: people.Person
    ) -> None:
        former, new = people.a_phone(), people.a_phone()
        change(app, agent, former)
        told(app)

        change(app, agent, new)

        assert told(app) == ({EMAIL}, {agent.phone, former, new})

    def test_of_a_choice_or_a_removal_goes_out_too(self, app: Session, agent: people.Person) -> None:
        owner = Owner(user_id=agent.id)
        added = payout_accounts.add(
            app,
            owner=owner,
            details=BankAccount("044525225", "40817810700000000001", "Иванова Мария"),
            actor=SYSTEM,
            now=NOW,
        )
        for work in (payout_accounts.make_default, payout_accounts.remove):
            work(app, owner=owner, account_id=added.id, actor=SYSTEM, now=NOW)
        letters = KeptLetters()

        told(app, letters)

        texts = " ".join(letter.text for letter in letters.sent)
        assert len(letters.sent) == 3
        assert "изменён основной счёт" in texts
        assert "удалён счёт" in texts

    def test_of_an_organization_goes_to_it_and_to_its_admins(self, app: Session) -> None:
        agency, second = people.an_agency(app, NOW), people.a_client(app, NOW)
        organizations.add_member(app, agency.id, second.id, MemberRole.ADMIN, actor=SYSTEM, now=NOW)
        payout_accounts.add(
            app,
            owner=Owner(organization_id=agency.id),
            details=BankAccount("044525225", "40702810200000000001", "ООО «Дом и ключи»"),
            actor=Actor(second.id),
            now=NOW,
        )
        letters = KeptLetters()

        recipients = told(app, letters)

        assert recipients == ({agency.admin.email, second.email}, {agency.admin.phone, second.phone})
        assert "должен подтвердить подписант" in letters.sent[0].text

    @pytest.mark.parametrize("outcome", [SmsOutcome.TRY_LATER, SmsOutcome.COOL_DOWN])
    def test_waits_for_a_busy_provider(self, app: Session, agent: people.Person, outcome: SmsOutcome) -> None:
        change(app, agent)

        told(app, KeptLetters(EmailOutcome.TRY_LATER), KeptTexts(outcome))

        messages = app.scalars(select(OutboxMessage)).all()
        assert {(message.status, message.tries) for message in messages} == {(OutboxStatus.PENDING, 1)}

    def test_that_nobody_takes_comes_to_an_operator(self, app: Session, agent: people.Person) -> None:
        change(app, agent)

        told(app, KeptLetters(EmailOutcome.REFUSED_RECIPIENT))

        dead = app.scalars(select(OutboxMessage.id).where(OutboxMessage.status == OutboxStatus.DEAD)).one()
        assert app.scalars(select(OperatorTask.entity_id)).one() == dead

    def test_to_one_whose_data_was_erased_is_not_sent(self, app: Session, agent: people.Person) -> None:
        change(app, agent)
        vault.destroy(app, [agent.id], now=NOW)

        assert told(app) == (set(), set())
        assert set(app.scalars(select(OutboxMessage.status))) == {OutboxStatus.DONE}

    def test_holds_nothing_personal_in_the_outbox(self, app: Session, agent: people.Person) -> None:
        phone = people.a_phone()
        change(app, agent, phone)

        for message in app.scalars(select(OutboxMessage)):
            assert set(message.payload) == {"account_id", "event", "whose", "id", "by"}
            assert phone not in str(message.payload)
