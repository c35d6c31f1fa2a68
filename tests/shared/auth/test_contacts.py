from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from shared.audit.models import AuditLog
from shared.audit.service import SYSTEM
from shared.auth import (
    contacts,
    notices,
    session_check,
    sessions,
    telling,
)
from shared.auth.contact_errors import (
    ContactChangeNeedsHelp,
    CurrentCodeNeeded,
    EmailAlreadyVerified,
    PhoneAlreadyVerified,
)
from shared.auth.errors import NoLiveCode, RefreshRefused, WrongCode
from shared.auth.models import OtpSession
from shared.auth.session_models import AuthSession
from shared.db.session import Transactions, transaction
from shared.kernel.roles import Role
from shared.outbox.models import OutboxMessage, OutboxStatus
from shared.ports.sms import SmsOutcome
from shared.users import service as users
from shared.users.errors import EmailTaken, PhoneTaken
from shared.users.models import User
from tests.builders import people
from tests.conftest import TestDatabase
from tests.shared.at_once import at_once
from tests.shared.auth.contacts import (
    MINUTE,
    NOW,
    a_client,
    another,
    confirm_email,
    confirm_phone,
    email_codes,
    email_of,
    phone_codes,
    phone_of,
)
from tests.shared.auth.postmen import MailPostman, SmsPostman


@pytest.mark.usefixtures("database")
class TestProvingAPhone:
    def test_makes_it_the_persons(self) -> None:
        client, number = a_client(), people.a_phone()
        code = phone_codes(client.id, number).code(number)

        confirm_phone(client.id, number, code)

        with transaction() as session:
            found = users.find_by_phone(session, number)
            assert found is not None
            assert found.id == client.id
            assert found.payouts_held_until is None
        with pytest.raises(PhoneAlreadyVerified):
            confirm_phone(client.id, number, code)
        with pytest.raises(PhoneAlreadyVerified):
            phone_codes(client.id, number)

    def test_takes_no_code_that_another_person_asked_for(self) -> None:
        client, other, number = a_client(), a_client(), people.a_phone()
        code = phone_codes(other.id, number).code(number)

        with pytest.raises(WrongCode):
            confirm_phone(client.id, number, code)

    def test_of_another_person_tells_whoever_has_the_code_and_changes_nothing(self) -> None:
        with transaction() as session:
            agent = people.an_agent(session, NOW)
        client, number = a_client(), str(agent.phone)
        code = phone_codes(client.id, number).code(number)

        with pytest.raises(PhoneTaken):
            confirm_phone(client.id, number, code)
        assert phone_of(client.id) is None

    def test_of_two_at_once_gives_one_and_leaves_it(self, database: TestDatabase) -> None:
        client, numbers = a_client(), (people.a_phone(), people.a_phone())
        sent = [phone_codes(client.id, number).code(number) for number in numbers]

        def confirm(own: Session, turn: int) -> str:
            contacts.confirm_phone(
                own,
                user_id=client.id,
                phone=numbers[turn],
                code=sent[turn],
                current_code=None,
                actor=SYSTEM,
                now=NOW,
            )
            return numbers[turn]

        outcomes = at_once(database, 2, confirm)

        assert [type(each) for each in outcomes if not isinstance(each, str)] == [CurrentCodeNeeded]
        assert phone_of(client.id) in outcomes


@pytest.mark.usefixtures("database")
class TestChangingAProvedPhone:
    def test_takes_a_code_from_each_phone(self) -> None:
        client, number = a_client(may_sign=True), people.a_phone()

        sent = phone_codes(client.id, number)
        confirm_phone(client.id, number, sent.code(number), sent.code(str(client.phone)))

        assert phone_of(client.id) == number
        with transaction() as session:
            assert users.find_by_phone(session, str(client.phone)) is None

    def test_with_one_code_alone_changes_nothing(self) -> None:
        client, number = a_client(may_sign=True), people.a_phone()
        sent = phone_codes(client.id, number)
        new, old = sent.code(number), sent.code(str(client.phone))

        with pytest.raises(CurrentCodeNeeded):
            confirm_phone(client.id, number, new)
        for pair in ((new, another(old)), (another(new), old)):
            with pytest.raises(WrongCode):
                confirm_phone(client.id, number, *pair)

        assert phone_of(client.id) == client.phone
        confirm_phone(client.id, number, new, old)
        assert phone_of(client.id) == number

    def test_a_slip_in_the_new_code_counts_as_a_try_and_leaves_the_old_one_good(self) -> None:
        client, number = a_client(may_sign=True), people.a_phone()
        sent = phone_codes(client.id, number)

        with pytest.raises(WrongCode):
            confirm_phone(client.id, number, another(sent.code(number)), sent.code(str(client.phone)))

        with transaction() as session:
            kept = {row.purpose.value: row for row in session.scalars(select(OtpSession))}
        assert (kept["verify_phone"].tries, kept["confirm_contact"].tries) == (1, 0)
        assert kept["confirm_contact"].used_at is None

    def test_takes_no_code_for_a_change_to_another_phone(self) -> None:
        client, first, second = a_client(may_sign=True), people.a_phone(), people.a_phone()
        new = phone_codes(client.id, first).code(first)
        old = phone_codes(client.id, second, NOW + 2 * MINUTE).code(str(client.phone))

        with pytest.raises(WrongCode):
            confirm_phone(client.id, first, new, old)

    def test_holds_payouts_for_a_day_ends_every_session_and_is_written_down(self) -> None:
        client, number = a_client(may_sign=True), people.a_phone()
        with transaction() as session:
            pair = sessions.open_session(session, user_id=client.id, role=Role.CLIENT, now=NOW, **people.PEER)
        sent = phone_codes(client.id, number)

        confirm_phone(client.id, number, sent.code(number), sent.code(str(client.phone)))

        with transaction() as session:
            assert session.get_one(User, client.id).payouts_held_until == NOW + timedelta(hours=24)
            with pytest.raises(RefreshRefused):
                sessions.refresh(session, token=pair.refresh_token, now=NOW, **people.PEER)
            line = session.scalars(select(AuditLog).where(AuditLog.action == "user.contact_changed")).one()
            assert (line.actor_id, line.after) == (client.id, {"channel": "sms", "recovered": False})

    def test_tells_the_old_phone(self) -> None:
        client, number = a_client(may_sign=True), people.a_phone()
        sent = phone_codes(client.id, number)
        confirm_phone(client.id, number, sent.code(number), sent.code(str(client.phone)))
        with transaction() as session:
            message = session.scalars(
                select(OutboxMessage).where(OutboxMessage.kind == notices.CONTACT_CHANGED)
            ).one()
            assert not {number, client.phone} & set(message.payload.values())
        postman = SmsPostman()

        telling.tell(Transactions(), message.id, emails=MailPostman(), texts=postman, now=NOW)

        assert list(postman.texts) == [client.phone]
        assert number[-7:] not in postman.texts[str(client.phone)][0]
        with transaction() as session:
            assert session.get_one(OutboxMessage, message.id).status is OutboxStatus.DONE

    def test_needs_help_where_the_old_phone_takes_no_messages(self) -> None:
        client, number, postman = a_client(may_sign=True), people.a_phone(), SmsPostman()
        postman.outcomes[str(client.phone)] = SmsOutcome.REFUSED_RECIPIENT

        with pytest.raises(ContactChangeNeedsHelp):
            phone_codes(client.id, number, postman=postman)

        assert list(postman.texts) == [client.phone]


@pytest.mark.usefixtures("database")
class TestAnAddress:
    def test_that_was_typed_in_is_proved_by_a_code(self) -> None:
        email = people.an_email()
        with transaction() as session:
            agent = users.create(session, phone=people.a_phone(), phone_verified_at=NOW, email=email, now=NOW)
        code = email_codes(agent.id, email).code(email)

        confirm_email(agent.id, email, code)

        assert email_of(agent.id) == email
        with pytest.raises(EmailAlreadyVerified):
            email_codes(agent.id, email)

    def test_of_another_person_is_refused_to_whoever_has_the_code(self) -> None:
        client = a_client()
        with transaction() as session:
            agent = people.an_agent(session, NOW)
        code = email_codes(agent.id, str(client.email)).code(str(client.email))

        with pytest.raises(EmailTaken):
            confirm_email(agent.id, str(client.email), code)

    def test_that_is_proved_gives_way_by_two_codes(self) -> None:
        client, email = a_client(), people.an_email()
        sent = email_codes(client.id, email)
        new, old = sent.code(email), sent.code(str(client.email))

        with pytest.raises(CurrentCodeNeeded):
            confirm_email(client.id, email, new)
        confirm_email(client.id, email, new, old)

        assert email_of(client.id) == email
        with transaction() as session:
            assert session.get_one(User, client.id).payouts_held_until == NOW + timedelta(hours=24)
        with pytest.raises(NoLiveCode):
            confirm_email(client.id, str(client.email), new, old)


@pytest.mark.usefixtures("database")
class TestACheckedSession:
    def test_is_none_after_a_change(self) -> None:
        client, number = a_client(may_sign=True), people.a_phone()
        with transaction() as session:
            sessions.open_session(session, user_id=client.id, role=Role.CLIENT, now=NOW, **people.PEER)
        sent = phone_codes(client.id, number)

        confirm_phone(client.id, number, sent.code(number), sent.code(str(client.phone)))

        with transaction() as session:
            opened = session.scalars(select(AuthSession.id)).one()
            assert session_check.find(session, opened, now=NOW) is None
